"""Broken submissions that can't stand in a repository: each is made in the student's folder by a function."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

NAME = "01_tiny.ipynb"
EVERY = ("double_values", "double_outcome", "scale_forward", "scale_backward", "colour")
Make = Callable[[Path, bytes], None]
"""Makes a submission in a folder; is given a notebook that is all right."""


@dataclass(frozen=True)
class Special:
    """A submission and what must become of it."""

    make: Make
    right: Sequence[str]
    notes: Sequence[str]
    problem: str


SPECIAL: dict[str, Special] = {}


def special(right: Sequence[str] = (), notes: Sequence[str] = (), problem: str = "") -> Callable[[Make], Make]:
    """Enter what a function makes, with the expectation."""

    def enter(make: Make) -> Make:
        SPECIAL[make.__name__] = Special(make, right, notes, problem)
        return make

    return enter


# What is no file


@special(problem="there is no folder of 01_tiny")
def no_folder(folder, notebook):
    folder.rmdir()


@special(problem="the folder should hold 01_tiny.ipynb, and holds no notebook")
def empty_folder(folder, notebook):
    pass


@special(problem="01_tiny.ipynb is a pipe, not an ordinary file")
def pipe(folder, notebook):
    os.mkfifo(folder / NAME)


@special(problem="01_tiny.ipynb is a socket, not an ordinary file")
def a_socket(folder, notebook):
    here = Path.cwd()
    os.chdir(folder)  # the name of a socket has at most 108 characters
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(NAME)
    finally:
        os.chdir(here)


@special(problem="01_tiny.ipynb is a folder, not an ordinary file")
def folder_called_a_notebook(folder, notebook):
    (folder / NAME).mkdir()


@special(problem="01_tiny.ipynb is a link, not an ordinary file")
def link_to_another_s_work(folder, notebook):
    (folder.parent / "other").write_bytes(notebook)
    (folder / NAME).symlink_to(folder.parent / "other")


@special(problem="01_tiny.ipynb is a link, not an ordinary file")
def link_to_a_device(folder, notebook):
    (folder / NAME).symlink_to("/dev/zero")


@special(problem="the folder of 01_tiny is a link, not a folder")
def folder_that_is_a_link(folder, notebook):
    folder.rename(folder.parent / "other")
    (folder.parent / "other" / NAME).write_bytes(notebook)
    folder.symlink_to(folder.parent / "other")


@special(right=EVERY, notes=["01_tiny.ipynb is a pipe, and was left alone.", "The notebook is called answer.ipynb"])
def pipe_beside_a_notebook_of_another_name(folder, notebook):
    os.mkfifo(folder / NAME)
    (folder / "answer.ipynb").write_bytes(notebook)


# Names


@special(right=EVERY, notes=["The notebook is called 01_TINY - Copy(1).IPYNB"])
def copied_and_in_capitals(folder, notebook):
    (folder / "01_TINY - Copy(1).IPYNB").write_bytes(notebook)


@special(right=EVERY, notes=["The notebook is called ü?日本?script?", "The notebook is called"])
def name_of_several_lines_and_scripts(folder, notebook):
    (folder / ("ü\n日本<script>" + "x" * 200 + ".ipynb")).write_bytes(notebook)


@special(right=EVERY, notes=["The notebook is called a?.ipynb"])
def name_that_is_no_text(folder, notebook):
    (folder / os.fsdecode(b"a\xff.ipynb")).write_bytes(notebook)


@special(right=EVERY, notes=["The notebook stands in the folder my work"])
def in_a_folder_within(folder, notebook):
    (folder / "my work").mkdir()
    (folder / "my work" / NAME).write_bytes(notebook)
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / "._01_tiny.ipynb").write_bytes(b"\0\5\26\7")


@special(right=EVERY, notes=["01_tiny.py was handed in, no notebook"])
def script_instead(folder, notebook):
    cells = [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]
    (folder / "01_tiny.py").write_text(
        "# coding: utf-8\n" + "".join(f"# In[ ]:\n\n\n{''.join(c['source'])}\n\n" for c in cells)
    )


@special(problem="the folder should hold 01_tiny.ipynb, and holds 01_tiny.zip, an archive: hand in the notebook itself")
def archive_instead(folder, notebook):
    (folder / "01_tiny.zip").write_bytes(b"PK\x03\x04")


# Bytes


@special(problem="the file is empty; hand in the .ipynb file that Jupyter saves")
def empty_file(folder, notebook):
    (folder / NAME).write_bytes(b"")


@special(problem="the file is empty; hand in the .ipynb file that Jupyter saves")
def nothing_but_null_bytes(folder, notebook):
    (folder / NAME).write_bytes(bytes(5000))


@special(right=EVERY, notes=["The file is not UTF-8, as notebooks are; it was read as UTF-16."])
def saved_as_utf_16(folder, notebook):
    (folder / NAME).write_bytes(_with_umlaut(notebook).encode("utf-16"))


@special(right=EVERY, notes=["The file is not UTF-8, as notebooks are; it was read as LATIN-1."])
def saved_as_latin_1(folder, notebook):
    (folder / NAME).write_bytes(_with_umlaut(notebook).encode("latin-1"))


@special(right=EVERY)
def saved_with_a_mark_of_utf_8(folder, notebook):
    (folder / NAME).write_bytes(b"\xef\xbb\xbf" + notebook)


@special(right=EVERY)
def line_ends_of_windows_and_of_old_macs(folder, notebook):
    data = json.loads(notebook)
    for number, cell in enumerate(data["cells"]):
        cell["source"] = "".join(cell["source"]).replace("\n", ("\r\n", "\r")[number % 2])
    (folder / NAME).write_bytes(json.dumps(data, indent=1).replace("\n", "\r\n").encode())


@special(right=EVERY, notes=["The file holds null bytes, which were left out."])
def null_bytes_at_the_end_and_in_a_source(folder, notebook):
    (folder / NAME).write_bytes(notebook.replace(b"def double", b"\\u0000def\0 double") + bytes(4096))


@special(right=EVERY, notes=["After the end of the notebook the file holds something else"])
def something_after_the_end(folder, notebook):
    (folder / NAME).write_bytes(notebook + b"]}\n" + notebook)


@special(right=EVERY)
def halves_of_characters(folder, notebook):
    (folder / NAME).write_bytes(notebook.replace(b"Return twice x", b"\\ud800 Return \\udfff twice x"))


@special(right=EVERY, notes=["The file is damaged"])
def metadata_nested_without_end(folder, notebook):
    (folder / NAME).write_bytes(notebook[:1] + b'"metadata": ' + b"[" * 100_000 + b"]" * 100_000 + b", " + notebook[1:])


# Sizes


@special(right=EVERY, notes=["105 MB of outputs and pictures were not read."])
def outputs_of_100_mb(folder, notebook):
    _write_with_outputs(folder / NAME, notebook, 100)


@special(right=EVERY, notes=["A cell of more than 2 MB was left out.", "Cells of no known form were left out: 1."])
def a_cell_of_50_mb(folder, notebook):
    _write_with(folder / NAME, notebook, b'{"cell_type": "code", "source": "' + b"x = 1\\n" * 7_500_000 + b'"}, ')


@special(right=EVERY, notes=["A cell of 300 kB was left out: 200 kB are read."])
def a_cell_of_300_kb(folder, notebook):
    _write_with(folder / NAME, notebook, b'{"cell_type": "code", "source": "' + b"x" * 300_000 + b'"}, ')


@special(right=EVERY, notes=["Of the 100000 cells of the student's own, 2000 were read."])
def cells_without_number(folder, notebook):
    _write_with(folder / NAME, notebook, b'{"cell_type": "markdown", "source": []}, ' * 100_000)


@special(problem="01_tiny.ipynb has 3000 MB, more than the 2000 MB that are read")
def a_hole_of_3_gb(folder, notebook):
    with open(folder / NAME, "wb") as file:
        file.truncate(3_000_000_000)


@special(problem="01_tiny.ipynb has, without its outputs, more than the 20 MB that are read")
def text_of_30_mb(folder, notebook):
    (folder / NAME).write_bytes(b"no notebook " * 2_500_000)


@special(problem="the file is not a notebook: it has millions of parts")
def lists_without_number(folder, notebook):
    (folder / NAME).write_bytes(b"[" + b"[]," * 3_000_000 + b"0]")


def _with_umlaut(notebook: bytes) -> str:
    return notebook.decode().replace("Return twice x", "Gib x zweimal zurück: für alle")


def _write_with(path: Path, notebook: bytes, cells: bytes) -> None:
    """Write a notebook with more cells in front."""
    path.write_bytes(notebook.replace(b'"cells": [', b'"cells": [' + cells, 1))


def _write_with_outputs(path: Path, notebook: bytes, megabytes: int) -> None:
    """Write a notebook with a first cell whose outputs have so many MB."""
    begin, end = notebook.split(b'"cells": [', 1)
    line = b'"epoch 1: loss 0.1234 [=======>] {\\"a\\\\\\\\\\": 1}\\n",\n     '
    with open(path, "wb") as file:
        file.write(begin + b'"cells": [{"cell_type": "code", "outputs": [{"text": [')
        for _ in range(megabytes):
            file.write(line * (2**20 // len(line)))
        file.write(b'""]}], "source": "1"}, ' + end)
