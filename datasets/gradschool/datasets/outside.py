"""Image sets that the course does not ship: found on this machine, or downloaded.

1. `path`, a file or a folder, if the caller names one: there and nowhere else
2. the folder that the environment variable GRADSCHOOL_DATA names
3. the cache folder
4. a download into the cache folder

In a folder, the files may lie in it or in a subfolder that bears the data set's name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from gradschool.datasets.dataset import Dataset
from gradschool.datasets.download import DownloadError, Remote, fetch
from gradschool.datasets.folders import VARIABLE, cache_folder, data_folder
from gradschool.datasets.npz import read_npz

Part: TypeAlias = Literal["train", "test"]


class Raw(NamedTuple):
    """Images and labels as files have them."""

    x: npt.NDArray[Any]
    y: npt.NDArray[Any]
    images: Path
    """Where the images come from, to be named if they are wrong."""

    labels: Path


Reader: TypeAlias = Callable[[Path, Part], Raw | None]
"""Reads a part out of a folder or a file, or returns None where its files are not there; wrong files: ValueError."""


@dataclass(frozen=True)
class ImageSet:
    """What is to be known of an image set in order to find, fetch and check it."""

    name: str
    """As in the loader's name: `load_NAME`, NAME.npz."""

    shape: tuple[int, int, int]
    """Of one image: channels, rows, columns."""

    targets: tuple[str, ...]
    subfolders: tuple[str, ...]
    readers: Sequence[Reader]
    """Those of the official files; `NAME.npz` is read without."""

    files: str
    """The official files, in words."""

    remotes: Mapping[Part, tuple[Remote, ...]]
    namesake: str = ""
    """Another data set whose files have the same names."""

    namesake_begins: Mapping[Part, tuple[int, ...]] | None = None
    """Its first labels, by which its files are recognised."""


def load(images: ImageSet, part: Part, path: str | os.PathLike[str] | None, download: bool) -> Dataset[np.int64]:
    """Return a part of an image set, from where this module's header says."""
    if part not in ("train", "test"):
        raise ValueError(
            f"load_{images.name} takes part 'train' or 'test', got {part!r}; a file or folder is given as path=…"
        )
    if path is not None:
        place = Path(path).expanduser()
        raw = _look(images, part, place)
        if raw is None:
            raise FileNotFoundError(_nothing_at(images, place))
    else:
        raw = _anywhere(images, part, download)
    return _checked(images, part, raw)


def _anywhere(images: ImageSet, part: Part, download: bool) -> Raw:
    """Return a part from the folders of this machine or, failing that, from the network."""
    named, cache = data_folder(), cache_folder()
    for folder in (named, cache):
        if folder and (raw := _look(images, part, folder)):
            return raw
    places = "\n".join(f"  in {folder}" for folder in (named, cache) if folder)
    advice = (
        f"To go on without a network, put {images.files}, or {images.name}.npz with the arrays x_train, y_train, "
        f"x_test and y_test, into a folder, and name it: load_{images.name}(path=FOLDER), or set the environment "
        f"variable {VARIABLE} to it, or to the folder above a subfolder {images.subfolders[0]}."
    )
    if not download:
        raise FileNotFoundError(f"load_{images.name} found no {part} data on this machine:\n{places}\n{advice}")
    try:
        for remote in images.remotes[part]:
            fetch(remote, cache / images.name)
    except OSError as error:
        tried = "\n".join(f"  from {line}" for line in str(error).splitlines())
        if not isinstance(error, DownloadError):
            tried = f"  the cache folder cannot be written to: {error}"
        raise FileNotFoundError(
            f"load_{images.name} found no {part} data:\n{places}\nand could not download them:\n{tried}\n{advice}"
        ) from error
    raw = _look(images, part, cache)
    assert raw is not None, "what was fetched is what the readers look for"
    return raw


def _look(images: ImageSet, part: Part, place: Path) -> Raw | None:
    """Return what a place holds of a part, or None."""
    if place.is_file():
        return _look_at(images, part, place)
    for folder in (*(place / name for name in images.subfolders), place):
        for candidate in (folder, folder / f"{images.name}.npz"):
            if raw := _look_at(images, part, candidate):
                return raw
    return None


def _look_at(images: ImageSet, part: Part, place: Path) -> Raw | None:
    """Return a part from the official files in one folder, or from one file, or None."""
    if place.suffix == ".npz":
        return Raw(*read_npz(place, part), place, place) if place.is_file() else None
    return next((raw for reader in images.readers if (raw := reader(place, part))), None)


def _nothing_at(images: ImageSet, path: Path) -> str:
    """Return why a path of the caller's leads to nothing."""
    what = f"{images.files}, or {images.name}.npz"
    if path.is_file():
        return f"load_{images.name} does not know the file {path}; name the folder that holds {what}"
    if not path.exists():
        return f"load_{images.name}: there is no {path}; name the folder that holds {what}"
    inside = ", ".join(sorted(item.name for item in path.iterdir())[:12]) or "nothing"
    return f"load_{images.name} looked in {path} for {what}; not all that is needed is there, but {inside}"


def _checked(images: ImageSet, part: Part, raw: Raw) -> Dataset[np.int64]:
    """Return images and labels as a data set; raise ValueError if they cannot be what they should."""
    channels, rows, columns = images.shape
    x, y = raw.x, raw.y
    if x.ndim == 4 and x.shape[1:] == (rows, columns, channels):
        x = np.moveaxis(x, 3, 1)
    elif x.ndim == 3 and channels == 1:
        x = x[:, None]
    if x.shape[1:] != images.shape or len(x) == 0:
        raise ValueError(
            f"{raw.images}: images of {rows}x{columns} pixels and {channels} channels are needed, found {raw.x.shape}"
        )
    if y.shape not in ((len(x),), (len(x), 1)):
        raise ValueError(
            f"{raw.labels}: a label for each of the {len(x):,} images is needed, found the shape {y.shape}"
        )
    need_range(raw.images, "pixels", x, 255)
    need_range(raw.labels, "labels", y, len(images.targets) - 1)
    labels = y.reshape(-1).astype(np.int64)
    begins = images.namesake_begins and images.namesake_begins[part]
    if begins and tuple(labels[: len(begins)]) == begins:
        raise ValueError(
            f"{raw.labels} belongs to {images.namesake}, whose files have the same names; those for load_{images.name} "
            f"are found first in a subfolder {images.subfolders[0]}"
        )
    pixels = np.divide(x, np.float32(255), dtype=np.float32, order="C")
    return Dataset(X=pixels, y=labels, features=(), targets=images.targets)


def need_range(path: Path, what: str, array: npt.NDArray[Any], most: int) -> None:
    """Raise ValueError unless the entries are whole numbers from 0 to `most`."""
    if array.dtype.kind not in "iu":
        raise ValueError(f"{path}: {what} are whole numbers from 0 to {most}, found {array.dtype}")
    if array.min() < 0 or array.max() > most:
        raise ValueError(f"{path}: {what} go from 0 to {most}, found {array.min()} to {array.max()}")
