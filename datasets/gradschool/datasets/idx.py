"""IDX, the file format of MNIST: an array of bytes behind a header that says its shape.

0, 0, 8, d            four bytes: 8 stands for unsigned bytes, d is the number of axes
n₁ … n_d              the sizes of the axes, four bytes each, the most significant first
the entries           n₁ · … · n_d bytes, the last axis fastest

The file may be gzipped. LeCun, Cortes & Burges (1998), "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

CHUNK = 1 << 20


def read_idx(path: Path, axes: int) -> npt.NDArray[np.uint8]:
    """Return the array of an IDX file, gzipped or not, which has `axes` axes; raise ValueError if it is no such file.

    No more memory is taken than the file has contents for, whatever its header says.
    """
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if not zipped:
            return _parse(raw, path, axes)
        try:
            with gzip.open(raw) as file:
                return _parse(file, path, axes)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(f"{path} is damaged: {error}; delete it and fetch it again") from error


def _parse(file: IO[bytes] | gzip.GzipFile, path: Path, axes: int) -> npt.NDArray[np.uint8]:
    """Return the array that an open IDX file holds."""
    header = file.read(4 + 4 * axes)
    if header[:4] != bytes([0, 0, 8, axes]) or len(header) < 4 + 4 * axes:
        raise ValueError(
            f"{path} is not an IDX file of bytes with {axes} {'axis' if axes == 1 else 'axes'}: it begins with "
            f"{header[:4].hex(' ') or 'nothing'}, and 00 00 08 {axes:02x} is right"
        )
    shape = struct.unpack(f">{axes}I", header[4:])
    size = math.prod(shape)
    content = bytearray()
    while len(content) <= size and (chunk := file.read(min(CHUNK, size + 1 - len(content)))):
        content += chunk
    if len(content) != size:
        found = f"only {len(content):,}" if len(content) < size else "more"
        raise ValueError(f"{path} promises {size:,} bytes, for an array of shape {shape}, and has {found}")
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)
