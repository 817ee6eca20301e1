import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from gradschool.datasets.npz import read_npz

ARRAYS = {
    "x_train": np.arange(24, dtype=np.uint8).reshape(2, 3, 4),
    "y_train": np.array([1, 0], dtype=np.uint8),
    "x_test": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "y_test": np.array([1, 1]),
}


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_returns_the_arrays_of_the_part(tmp_path, save, part):
    save(tmp_path / "data.npz", **ARRAYS)
    x, y = read_npz(tmp_path / "data.npz", part)
    np.testing.assert_array_equal(x, ARRAYS[f"x_{part}"])
    np.testing.assert_array_equal(y, ARRAYS[f"y_{part}"])


def test_a_missing_array_is_named(tmp_path):
    np.savez(tmp_path / "data.npz", images=ARRAYS["x_train"], y_train=ARRAYS["y_train"])
    with pytest.raises(
        ValueError, match=r"data.npz has no array x_train, but images, y_train; a data set is kept under"
    ):
        read_npz(tmp_path / "data.npz", "train")


def test_objects_are_not_unpickled(tmp_path):
    objects = np.array([print, None], dtype=object)
    np.savez(tmp_path / "data.npz", x_train=objects, y_train=objects)
    with pytest.raises(ValueError, match=r"data.npz: x_train holds Python objects, which could run code"):
        read_npz(tmp_path / "data.npz", "train")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04" + bytes(40)])
def test_what_is_no_archive_is_refused_by_name(tmp_path, content):
    (tmp_path / "data.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"data.npz is not an npz file, or a damaged one"):
        read_npz(tmp_path / "data.npz", "train")


def test_damaged_contents_are_refused_by_name(tmp_path):
    np.savez(tmp_path / "data.npz", **ARRAYS)
    content = (tmp_path / "data.npz").read_bytes()
    pixels = ARRAYS["x_train"].tobytes()
    (tmp_path / "data.npz").write_bytes(content.replace(pixels, bytes(len(pixels))))
    with pytest.raises(ValueError, match=r"data.npz is not an npz file, or a damaged one: Bad CRC-32"):
        read_npz(tmp_path / "data.npz", "train")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"\x93NUMPY", "x_train is damaged"),
        (b"not an array", "x_train is damaged"),
    ],
)
def test_a_member_that_is_no_array_is_refused_by_name(tmp_path, header, message):
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        archive.writestr("x_train.npy", header)
    with pytest.raises(ValueError, match=rf"data.npz: {message}"):
        read_npz(tmp_path / "data.npz", "train")


def test_a_header_that_claims_much_takes_no_memory(tmp_path):
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": (10**12,)})
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        archive.writestr("x_train.npy", file.getvalue() + b"few")
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"x_train promises 1,000,000,000,000 bytes, .* and has 3"):
            read_npz(tmp_path / "data.npz", "train")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
