"""The cells of a submitted file, whatever its encoding, its format and its damage.

Notebooks of formats 3 and 4 are read, and scripts that were exported from one. Of a file that is not JSON as a whole,
because it breaks off, the cells that are whole are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gradschool.grader.errors import SubmissionError
from gradschool.grader.submission.values import RawCell

MOST_SOURCE = 200_000
MOST_PARTS = 4_000_000
"""A file with more lists, objects and entries than this is no notebook, and would take the memory of many."""

MOST_FAILURES = 100
BEGINS_CELL = re.compile(r'\{\s{0,100}"(?:cell_type|source|metadata|id|outputs|execution_count|attachments|input)"\s*:')
BEGINS_SCRIPT_CELL = re.compile(r"^# (?:In ?\[[ \d]*\]:|%%.*|\+)$", re.MULTILINE)
OTHER_FORMATS = {
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a compressed archive",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\xd0\xcf\x11\xe0": "an Office document",
    b"<": "a web page",
}
AGAIN = "open it in Jupyter, save it, and hand it in again"
INSTEAD = "hand in the .ipynb file that Jupyter saves"


@dataclass(frozen=True)
class Notebook:
    """The cells of a file, and what was found out about it."""

    cells: list[RawCell]
    notes: tuple[str, ...] = ()
    lesson: str = ""
    """The lesson that it says it is of."""


def read_notebook(content: bytes) -> Notebook:
    """Return the cells of a notebook file.

    Raises:
        SubmissionError: it is none.
    """
    notes: list[str] = []
    text = _decode(content, notes)
    if text.count(",") + text.count("[") + text.count("{") > MOST_PARTS:
        raise SubmissionError("the file is not a notebook: it has millions of parts")
    if "\n<<<<<<<" in text:
        notes.append(f"The file holds the marks of a git merge; the first side of each conflict was read; {AGAIN}.")
        text = "".join(_first_sides(text))
    try:
        notebook, end = _decoder().raw_decode(text)
    except (ValueError, RecursionError):
        cells = list(_whole_cells(text))
        if not cells:
            raise SubmissionError(f"the file is not a notebook: it is {_other_format(content)}; {INSTEAD}") from None
        notes.append(f"The file is damaged: it breaks off, or it was edited. Cells read: {len(cells)}; {AGAIN}.")
        return Notebook([c for cell in cells if (c := _read_cell(cell, notes)) is not None], tuple(notes))
    if text[end:].strip():
        notes.append(f"After the end of the notebook the file holds something else, which was not read; {AGAIN}.")
    cells = _listed_cells(notebook)
    read = [c for cell in cells if isinstance(cell, dict) and (c := _read_cell(cell, notes)) is not None]
    if odd := len(cells) - len(read):
        notes.append(f"Cells of no known form were left out: {odd}.")
    return Notebook(read, tuple(notes), _lesson_of(notebook))


def script_cells(text: str) -> list[dict[str, Any]]:
    """Return the cells of a notebook that was exported as a script; a script of another origin is one cell."""
    pieces = BEGINS_SCRIPT_CELL.split(text.replace("\r\n", "\n").replace("\r", "\n"))
    return [{"cell_type": "code", "metadata": {}, "source": piece.strip("\n")} for piece in pieces if piece.strip()]


def decode(content: bytes) -> tuple[str, str]:
    """Return the text of a file and the encoding that it was saved in."""
    try:
        encoding = json.detect_encoding(content)
        if encoding.startswith("utf-8") or content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"c\0e\0l\0l" in content:
            return content.decode(encoding), encoding
        return content.decode(), "utf-8"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "Latin-1"


def _decode(content: bytes, notes: list[str]) -> str:
    if not content.strip(b"\0 \t\r\n"):
        raise SubmissionError(f"the file is empty; {INSTEAD}")
    text, encoding = decode(content)
    if not encoding.startswith("utf-8"):
        notes.append(f"The file is not UTF-8, as notebooks are; it was read as {encoding.upper()}.")
    if "\0" in text:
        notes.append("The file holds null bytes, which were left out.")
        text = text.replace("\0", "")
    return text.lstrip("\ufeff \t\r\n")


def _decoder() -> json.JSONDecoder:
    """Return a reader that takes line breaks within strings, and has no use for numbers, however long."""
    return json.JSONDecoder(strict=False, parse_int=_number, parse_float=_number, parse_constant=_number)


def _number(digits: str) -> int:
    return int(digits) if digits.isdigit() and len(digits) < 10 else 0


def _other_format(content: bytes) -> str:
    return next((words for begin, words in OTHER_FORMATS.items() if content.startswith(begin)), "not valid JSON")


def _listed_cells(notebook: Any) -> list[Any]:
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    sheets = notebook.get("worksheets") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) and isinstance(sheets, list):  # format 3
        cells = [
            cell
            for sheet in sheets
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
            for cell in sheet["cells"]
        ]
    if not isinstance(cells, list):
        raise SubmissionError(f"the file is not a notebook: it has no list of cells; {INSTEAD}")
    return cells


def _lesson_of(notebook: Mapping[str, Any]) -> str:
    metadata = notebook.get("metadata")
    about = metadata.get("gradschool") if isinstance(metadata, dict) else None
    lesson = about.get("lesson") if isinstance(about, dict) else None
    return lesson if isinstance(lesson, str) else ""


def _first_sides(text: str) -> Iterator[str]:
    """Return the lines of a text that git left in the middle of a merge, as one of the two had them."""
    kept = True
    for line in text.split("\n"):
        if line.startswith(("<<<<<<<", ">>>>>>>")):
            kept = True
        elif line.startswith(("|||||||", "=======")):
            kept = False
        elif kept:
            yield f"{line}\n"


def _whole_cells(text: str) -> Iterator[dict[str, Any]]:
    """Return what looks like a cell in a text that is not JSON as a whole."""
    decoder, failures = _decoder(), 0
    match = BEGINS_CELL.search(text)
    while match and failures < MOST_FAILURES:
        try:
            cell, at = decoder.raw_decode(text, match.start())
            if "cell_type" in cell and ("source" in cell or "input" in cell):
                yield cell
        except (ValueError, RecursionError):
            failures, at = failures + 1, match.start() + 1
        match = BEGINS_CELL.search(text, at)


def _read_cell(cell: Mapping[str, Any], notes: list[str]) -> RawCell | None:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    kind = cell.get("cell_type")
    kind = "markdown" if kind in ("heading", "html") else kind
    if not isinstance(source, str) or kind not in ("code", "markdown", "raw"):
        return None
    if len(source) > MOST_SOURCE:
        notes.append(f"A cell of {len(source) / 1e3:.0f} kB was left out: {MOST_SOURCE / 1e3:.0f} kB are read.")
        return None
    return RawCell(tuple(_ids(cell)), kind, _clean(source))


def _ids(cell: Mapping[str, Any]) -> Iterator[str]:
    """Return what a cell may be known by: nbgrader's id in any of its schemas, Jupyter's, Colab's."""
    metadata = cell.get("metadata")
    if isinstance(metadata, dict):
        marks = metadata.get("nbgrader")
        if isinstance(marks, dict) and isinstance(marks.get("grade_id"), str):
            yield marks["grade_id"]
    for name in (cell.get("id"), metadata.get("id") if isinstance(metadata, dict) else None):
        if isinstance(name, str):
            yield name


def _clean(source: str) -> str:
    """Return a source with line ends of one kind, without null bytes, and without halves of characters."""
    source = source.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return source.encode("utf-8", "replace").decode()
