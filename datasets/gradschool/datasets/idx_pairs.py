"""MNIST and the sets made in its image: four IDX files, two of images and two of labels."""

from __future__ import annotations

from pathlib import Path

from gradschool.datasets.download import Remote
from gradschool.datasets.idx import read_idx
from gradschool.datasets.outside import Part, Raw

PREFIX: dict[Part, str] = {"train": "train", "test": "t10k"}
FILES = "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (or .gz)"


def read_pair(folder: Path, part: Part) -> Raw | None:
    """Return the images, (N, rows, columns), and the labels, (N,), of a part; None unless both files are there."""
    images = _find(folder, f"{PREFIX[part]}-images", 3)
    labels = _find(folder, f"{PREFIX[part]}-labels", 1)
    if images is None or labels is None:
        return None
    x, y = read_idx(images, 3), read_idx(labels, 1)
    if len(x) != len(y):
        raise ValueError(f"{images} has {len(x):,} images and {labels.name} {len(y):,} labels; they are not of one set")
    return Raw(x, y, images, labels)


def _find(folder: Path, stem: str, axes: int) -> Path | None:
    """Return the file, whose name some programs write with a dot, or None."""
    names = [f"{stem}{mark}idx{axes}-ubyte{end}" for end in ("", ".gz") for mark in "-."]
    return next((folder / name for name in names if (folder / name).is_file()), None)


def remotes(part: Part, mirrors: tuple[str, ...], images: str, labels: str) -> tuple[Remote, ...]:
    """Return the two files of a part on the network; `images` and `labels` are their SHA-256."""
    names = {f"{PREFIX[part]}-images-idx3-ubyte.gz": images, f"{PREFIX[part]}-labels-idx1-ubyte.gz": labels}
    return tuple(Remote(name, sha256, tuple(url + name for url in mirrors)) for name, sha256 in names.items())
