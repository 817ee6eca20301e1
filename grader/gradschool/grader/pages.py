"""What nbgrader's feedback is written with: nbconvert's exporter, which then compiles its templates once a run.

nbgrader makes it anew for every page, and by itself it would compile them for every page.
"""

from __future__ import annotations

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from nbconvert.exporters import HTMLExporter


class Compiled(BytecodeCache):
    """Templates as they were compiled; Jinja compares them with their sources."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket if this was kept."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what is in a bucket."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


class Page(HTMLExporter):
    """An HTML page."""

    compiled = Compiled()

    def _create_environment(self) -> Environment:
        made: Environment = super()._create_environment()  # type: ignore[no-untyped-call]
        made.bytecode_cache = self.compiled
        return made
