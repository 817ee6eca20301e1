"""Files from the network, which are kept only if their checksum is right.

A file arrives as NAME.partial and gets its name when all of it is there and right. What a broken connection leaves is
continued the next time, with a Range request (RFC 9110, section 14).
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHUNK = 1 << 16
TIMEOUT = 30
"""Seconds without a byte after which a connection is given up."""


@dataclass(frozen=True)
class Remote:
    """A file on the network."""

    name: str
    sha256: str
    urls: tuple[str, ...]
    """Where copies are, in the order in which they are tried."""


class DownloadError(OSError):
    """No copy of a file could be had; the text says what happened to each."""


def fetch(remote: Remote, folder: Path) -> Path:
    """Return the path of the file in `folder`, after a download unless it is there; raise DownloadError without one."""
    path, partial = folder / remote.name, folder / f"{remote.name}.partial"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    failures = []
    for url in remote.urls:
        try:
            _receive_whole(url, partial, remote)
            os.replace(partial, path)
        except (OSError, http.client.HTTPException) as error:
            failures.append(f"{url}: {_reason(error)}")
        if path.exists():  # or another process was faster, and took the partial file with it
            return path
    raise DownloadError("\n".join(failures))


def _receive_whole(url: str, partial: Path, remote: Remote) -> None:
    """Bring `partial` to its end and check it; begin again once if what lay there from an earlier time was wrong."""
    while True:
        old = _size(partial)
        _receive_with_breaks(url, partial, remote.name)
        found = _sha256(partial)
        if found == remote.sha256:
            return
        partial.unlink()
        if not old:
            raise OSError(f"its SHA-256 is {found} where {remote.sha256} is right, so the file was deleted")


def _receive_with_breaks(url: str, partial: Path, name: str) -> None:
    """Bring `partial` to its end, however often the connection breaks, as long as each brings it further."""
    while True:
        before = _size(partial)
        total = _receive(url, partial, name)
        got = _size(partial)
        if total is None or got == total:
            return
        if got > total:
            partial.unlink()
            raise OSError(f"{got:,} bytes came where {total:,} were announced, so the file was deleted")
        if got <= before:
            raise OSError(f"the connection ended after {got:,} of {total:,} bytes; a new attempt goes on from there")


def _receive(url: str, partial: Path, name: str) -> int | None:
    """Add to `partial` what one request brings, and return the size of the whole file, if the server says it."""
    start = _size(partial)
    request = urllib.request.Request(url, headers={"User-Agent": "gradschool", "Accept-Encoding": "identity"})
    if start:
        request.add_header("Range", f"bytes={start}-")
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != 416:
            raise
        return None  # there is nothing after `start`: the checksum tells whether the file is complete or wrong
    with response:
        if response.status != 206 or not (response.headers["Content-Range"] or "").startswith(f"bytes {start}-"):
            start = 0
        length = response.headers["Content-Length"]
        total = start + int(length) if length else None
        with partial.open("r+b" if start else "wb") as file, _bar(name, start, total) as bar:
            file.seek(start)
            while chunk := response.read(CHUNK):
                file.write(chunk)
                bar.update(len(chunk))
    return total


@contextlib.contextmanager
def _bar(name: str, start: int, total: int | None) -> Iterator[Any]:
    """Give a progress bar in bytes."""
    from tqdm import tqdm

    with tqdm(desc=name, initial=start, total=total, unit="B", unit_scale=True, unit_divisor=1024) as bar:
        yield bar


def _size(path: Path) -> int:
    """Return how many bytes the file has; 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def _sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reason(error: Exception) -> str:
    """Return what went wrong, without the wrapping of urllib."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    code = f"HTTP {error.code} " if isinstance(error, urllib.error.HTTPError) else ""
    return f"{code}{cause}" or type(error).__name__
