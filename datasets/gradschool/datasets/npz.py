"""A data set in one NumPy archive under Keras' names: x_train, y_train, x_test and y_test."""

from __future__ import annotations

import math
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


def read_npz(path: Path, part: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return `x_{part}` and `y_{part}` of an npz file; raise ValueError if one is missing or damaged, or has objects.

    No more memory is taken than the file has contents for, whatever its headers say.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _member(archive, path, f"x_{part}"), _member(archive, path, f"y_{part}")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ValueError(f"{path} is not an npz file, or a damaged one: {error}; fetch it again") from error


def _member(archive: zipfile.ZipFile, path: Path, key: str) -> npt.NDArray[Any]:
    """Return one array of the archive, after a look at its header."""
    keys = [name.removesuffix(".npy") for name in archive.namelist()]
    if key not in keys:
        raise ValueError(
            f"{path} has no array {key}, but {', '.join(sorted(keys)) or 'nothing'}; "
            "a data set is kept under the names x_train, y_train, x_test and y_test"
        )
    member = archive.getinfo(f"{key}.npy")
    with archive.open(member) as file:
        try:
            major, _ = np.lib.format.read_magic(file)
            header = np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
            shape, _, dtype = header(file)
        except ValueError as error:
            raise ValueError(f"{path}: {key} is damaged: {error}") from error
        if dtype.hasobject:
            raise ValueError(
                f"{path}: {key} holds Python objects, which could run code when they are read; keep numbers"
            )
        promised, size = math.prod(shape) * dtype.itemsize, member.file_size - file.tell()
    if promised != size:
        raise ValueError(f"{path}: {key} promises {promised:,} bytes, for the shape {shape}, and has {size:,}")
    with archive.open(member) as file:
        array: npt.NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    return array
