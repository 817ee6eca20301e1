"""Draw the pictures of the lessons: `figures/name.py` defines `draw() -> Figure`, which `figures/name.png` shows.

A picture carries the digest of its script, so that a stale one is found without drawing it again.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path

from gradschool.grader.errors import LessonError
from gradschool.grader.scripts import load_script

DPI = 110
KEY = "Script-Digest"


def names(folder: Path) -> list[str]:
    """Return the names of the scripts in `folder`."""
    return sorted(path.stem for path in folder.glob("*.py"))


def draw(folder: Path, chosen: Iterable[str] = ()) -> list[Path]:
    """Draw the pictures that are chosen, or all, and return their paths.

    Raises:
        LessonError: there is no such script, or it has no `draw`.
    """
    import matplotlib

    written = []
    for name in list(chosen) or names(folder):
        script = folder / f"{name}.py"
        if not script.exists():
            raise LessonError(f"there is no {script}; there are {', '.join(names(folder))}")
        with matplotlib.rc_context({"backend": "agg"}):
            module = load_script(script)
            if not hasattr(module, "draw"):
                raise LessonError(f"{script} defines no draw()")
            figure = module.draw()
            path = script.with_suffix(".png")
            drawn = io.BytesIO()
            figure.savefig(drawn, dpi=DPI, bbox_inches="tight", facecolor="white")
        _write(drawn, path, digest(script))
        written.append(path)
    return written


def _write(drawn: io.BytesIO, path: Path, key: str) -> None:
    """Write a picture with 256 colours, a third of the bytes: notebooks carry their pictures with them."""
    from PIL import Image, PngImagePlugin

    info = PngImagePlugin.PngInfo()
    info.add_text(KEY, key)
    Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, pnginfo=info, optimize=True)


def digest(script: Path) -> str:
    """Return the digest of a script's text."""
    return hashlib.sha256(script.read_bytes()).hexdigest()


def is_stale(folder: Path, name: str) -> bool:
    """Return whether a picture was drawn by another text of its script."""
    script, picture = folder / f"{name}.py", folder / f"{name}.png"
    if not script.exists() or not picture.exists():
        return True
    return f"{KEY}\0{digest(script)}".encode() not in picture.read_bytes()
