"""Drawing the pictures of the lessons."""

from __future__ import annotations

import io

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from gradschool.grader import figures
from gradschool.grader.errors import LessonError


def test_a_picture_is_drawn_beside_its_script_and_carries_its_digest(tiny):
    picture = tiny.figure.with_suffix(".png")
    picture.unlink()
    assert figures.draw(tiny.figure.parent) == [picture]
    with Image.open(picture) as image:
        assert image.text == {"Script-Digest": figures.digest(tiny.figure)}
        assert image.mode == "P"
        assert min(image.size) > 50


def test_drawing_twice_gives_the_same_bytes(tiny):
    first = tiny.figure.with_suffix(".png").read_bytes()
    figures.draw(tiny.figure.parent, ["line"])
    assert tiny.figure.with_suffix(".png").read_bytes() == first


def test_drawing_leaves_the_backend_as_it_was(tiny):
    before = mpl.get_backend()
    figures.draw(tiny.figure.parent)
    assert mpl.get_backend() == before


def test_a_picture_is_stale_if_its_script_changed_or_either_is_missing(tiny):
    folder = tiny.figure.parent
    assert not figures.is_stale(folder, "line")
    tiny.figure.write_text(tiny.figure.read_text() + "\n# changed\n")
    assert figures.is_stale(folder, "line")
    figures.draw(folder)
    assert not figures.is_stale(folder, "line")
    tiny.figure.with_suffix(".png").unlink()
    assert figures.is_stale(folder, "line")
    assert figures.is_stale(folder, "none")


def test_a_script_that_does_not_exist_is_refused_with_those_that_do(tiny):
    with pytest.raises(LessonError) as raised:
        figures.draw(tiny.figure.parent, ["curve"])
    assert str(raised.value) == f"there is no {tiny.figure.parent}/curve.py; there are line"


def test_a_script_without_draw_is_refused(tiny):
    tiny.figure.write_text("x = 1\n")
    with pytest.raises(LessonError) as raised:
        figures.draw(tiny.figure.parent)
    assert str(raised.value) == f"{tiny.figure} defines no draw()"


def test_every_picture_of_the_course_is_fresh_and_legible(course):
    folder = course.root / "figures"
    for name in figures.names(folder):
        assert not figures.is_stale(folder, name), name
        with Image.open(io.BytesIO((folder / f"{name}.png").read_bytes())) as image:
            assert 300 <= image.width <= 2000, name
            assert len(np.unique(np.asarray(image.convert("L")))) > 2, name
