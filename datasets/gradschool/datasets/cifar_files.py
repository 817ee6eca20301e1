"""The files of CIFAR-10: six batches of 10,000 images of 32x32 pixels in three colours.

Binary batch     10,000 rows of 1 + 3,072 bytes: a label, and the pixels as 3 channels of 32 rows of 32
Python batch     a pickled dict: "labels", a list, and "data", an array of bytes of shape (10000, 3072)

Either kind lies in a folder, or in a tar.gz archive, which is read without being unpacked. A pickle could run code, so
Python batches are read by `gradschool.datasets.pickled`, which knows no code.
"""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.datasets.outside import Part, Raw, need_range
from gradschool.datasets.pickled import Forbidden, PickledArray, text, unpickle

BATCHES: dict[Part, tuple[str, ...]] = {
    "train": tuple(f"data_batch_{i}" for i in range(1, 6)),
    "test": ("test_batch",),
}
PIXELS = 3 * 32 * 32
LARGEST = 64 * 1024 * 1024
"""Bytes of the largest batch that is read; the official ones have 31 million."""

Batch = tuple[npt.NDArray[np.uint8], npt.NDArray[Any]]


def read_folder(place: Path, part: Part) -> Raw | None:
    """Return the images, (N, 3, 32, 32), and the labels of a part from the batches in a folder; None without all."""
    for end in KINDS:
        paths = [place / f"{name}{end}" for name in BATCHES[part]]
        if all(path.is_file() for path in paths):
            return _joined([_parse(path.name, _limited(path), path) for path in paths], place)
    return None


def read_archive(place: Path, part: Part) -> Raw | None:
    """Return a part from an archive of batches, or from one of the official name in a folder; None without one."""
    archives = [place, place / "cifar-10-binary.tar.gz", place / "cifar-10-python.tar.gz"]
    path = next((path for path in archives if path.is_file() and path.name.endswith((".tar.gz", ".tgz", ".tar"))), None)
    if path is None:
        return None
    try:
        with tarfile.open(path) as archive:
            batches = _members(archive, path, part)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        reason = str(error).partition(":\n")[0]
        raise ValueError(f"{path} is damaged, or no archive: {reason}; delete it and fetch it again") from error
    return _joined(batches, path)


def _members(archive: tarfile.TarFile, path: Path, part: Part) -> list[Batch]:
    """Return the batches of a part, in their order."""
    found: dict[str, Batch] = {}
    for member in archive:
        name = member.name.rpartition("/")[2]
        stem = name.removesuffix(".bin")
        if stem in BATCHES[part] and member.isfile():
            if member.size > LARGEST:
                raise ValueError(f"{path}: {name} has {member.size:,} bytes, more than any batch of CIFAR-10")
            content = archive.extractfile(member)
            assert content is not None, "it is a file"
            found[stem] = _parse(name, content.read(), Path(f"{path}: {name}"))
        if len(found) == len(BATCHES[part]):
            return [found[name] for name in BATCHES[part]]
    raise ValueError(f"{path} has no {' or '.join(name for name in BATCHES[part] if name not in found)}")


def _limited(path: Path) -> bytes:
    """Return the content of a file that is not larger than a batch can be."""
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path} has {path.stat().st_size:,} bytes, more than any batch of CIFAR-10")
    return path.read_bytes()


def _joined(batches: list[Batch], path: Path) -> Raw:
    """Return the batches as one."""
    x = np.concatenate([x for x, _ in batches]).reshape(-1, 3, 32, 32)
    return Raw(x, np.concatenate([y for _, y in batches]), path, path)


def _parse(name: str, content: bytes, path: Path) -> Batch:
    """Return a batch, of the kind that its name says."""
    x, y = KINDS[".bin" if name.endswith(".bin") else ""](content, str(path))
    need_range(path, "labels", y, 9)
    return x, y


def _binary(content: bytes, name: str) -> Batch:
    """Return the pixels, (N, 3072), and the labels of a binary batch."""
    if len(content) % (1 + PIXELS) or not content:
        raise ValueError(f"{name} has {len(content):,} bytes, which are not whole images of {1 + PIXELS:,} bytes each")
    rows = np.frombuffer(content, dtype=np.uint8).reshape(-1, 1 + PIXELS)
    return rows[:, 1:], rows[:, 0]


def _pickled(content: bytes, name: str) -> Batch:
    """Return the pixels, (N, 3072), and the labels of a Python batch."""
    try:
        batch = unpickle(content)
    except Forbidden as error:
        raise ValueError(f"{name} asks for {error}, which no batch of CIFAR-10 does; do not trust this file") from None
    except Exception as error:  # a damaged pickle can fail in any way
        raise ValueError(f"{name} is not a pickled batch, or a damaged one: {error!r}; fetch it again") from error
    entries = {text(key): value for key, value in batch.items()} if isinstance(batch, dict) else {}
    data, labels = entries.get("data"), entries.get("labels")
    whole = isinstance(labels, list) and bool(labels) and all(type(y) is int for y in labels)
    if not (isinstance(data, PickledArray) and isinstance(labels, list) and whole):
        raise ValueError(f"{name} is not a batch: a dict with an array 'data' and a list of whole numbers 'labels'")
    shape = (len(labels), PIXELS)
    if (data.shape, data.code, len(data.content)) != (shape, "u1", len(labels) * PIXELS):
        raise ValueError(
            f"{name} has {len(labels):,} labels, so its data are {shape} of u1; found {data.shape} of {data.code}, "
            f"{len(data.content):,} bytes in all"
        )
    pixels = np.frombuffer(data.content, dtype=np.uint8)
    return pixels.reshape(shape, order="F" if data.columns_first else "C"), np.array(labels)


KINDS: Mapping[str, Callable[[bytes, str], Batch]] = {".bin": _binary, "": _pickled}
"""How a batch is read, by the end of its file's name."""
