"""The grader, what builds the lessons, and the command line."""

import sys

# jsonschema, which nbformat imports, looks for this package; to import it takes seconds, in which it makes parsers of
# international addresses: no notebook has one. See https://github.com/python-jsonschema/jsonschema/issues/1428.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
