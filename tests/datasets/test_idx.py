"""The files are written here byte by byte, as the format's description says."""

import gzip
import struct
import tracemalloc

import numpy as np
import pytest

from gradschool.datasets.idx import read_idx

IMAGES = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3]) + bytes([1, 2, 3, 4, 5, 255])


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_the_last_axis_is_fastest_and_sizes_are_big_endian(tmp_path, pack):
    path = tmp_path / "images"
    path.write_bytes(pack(IMAGES))
    array = read_idx(path, 3)
    assert array.dtype == np.uint8
    assert array.tolist() == [[[1, 2, 3]], [[4, 5, 255]]]
    array[...] = 0


def test_a_file_is_gunzipped_by_what_it_holds_and_not_by_its_name(tmp_path):
    path = tmp_path / "images.gz"
    path.write_bytes(IMAGES)
    assert read_idx(path, 3).shape == (2, 1, 3)


@pytest.mark.parametrize(
    ("content", "axes", "message"),
    [
        (b"", 3, "it begins with nothing, and 00 00 08 03 is right"),
        (IMAGES[:9], 3, "it begins with 00 00 08 03"),
        (IMAGES, 1, "is not an IDX file of bytes with 1 axis: it begins with 00 00 08 03, and 00 00 08 01 is right"),
        (b"\0\0\x0d\3" + IMAGES[4:], 3, "with 3 axes: it begins with 00 00 0d 03"),
        (b"<html>", 3, "it begins with 3c 68 74 6d"),
        (IMAGES[:-1], 3, r"promises 6 bytes, for an array of shape \(2, 1, 3\), and has only 5"),
        (IMAGES + b"\0", 3, "promises 6 bytes, .* and has more"),
        (gzip.compress(IMAGES, mtime=0)[:-9], 3, "is damaged: .*; delete it and fetch it again"),
        (gzip.compress(IMAGES, mtime=0)[:-8] + bytes(8), 3, "is damaged: "),
        (b"\x1f\x8b\x08rubbish", 3, "is damaged: "),
    ],
)
def test_what_is_no_such_file_is_refused_by_name(tmp_path, content, axes, message):
    path = tmp_path / "some-images"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"some-images .*{message}"):
        read_idx(path, axes)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_a_header_that_claims_much_takes_no_memory(tmp_path, pack):
    path = tmp_path / "liar"
    path.write_bytes(pack(struct.pack(">4B3I", 0, 0, 8, 3, 10_000, 10_000, 10_000) + b"few"))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"promises 1,000,000,000,000 bytes, .* and has only 3"):
            read_idx(path, 3)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
