"""CIFAR-10, in tiny files of all its official forms, written here."""

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
from dataclasses import replace

import numpy as np
import pytest

from gradschool.datasets import cifar10, load_cifar10
from gradschool.datasets.download import Remote

NAMES = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
RNG = np.random.default_rng(0)
PIXELS = {name: RNG.integers(0, 256, size=(2, 3, 32, 32), dtype=np.uint8) for name in NAMES}
LABELS = {name: [i, 9 - i] for i, name in enumerate(NAMES)}


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """A machine without data: its cache is an empty folder."""
    monkeypatch.delenv("GRADSCHOOL_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def binary(x, y):
    return b"".join(bytes([label]) + image.tobytes() for image, label in zip(x, y, strict=True))


def python2(x, y):
    """What Python 2 wrote: protocol 2, with text and the array's content as byte strings."""

    def string(value):
        return b"T" + struct.pack("<I", len(value)) + value

    labels = b"](" + b"".join(b"K" + bytes([label]) for label in y) + b"e"
    dtype = (
        b"cnumpy\ndtype\n("
        + string(b"u1")
        + b"K\x00K\x01tR(K\x03"
        + string(b"|")
        + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    )
    shape = b"K" + bytes([len(y)]) + b"M\x00\x0c\x86"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + string(b"b") + b"\x87R"
    array += b"(K\x01" + shape + dtype + b"\x89" + string(x.tobytes()) + b"tb"
    entries = {b"batch_label": string(b"training batch 1 of 5"), b"labels": labels, b"data": array, b"filenames": b"]"}
    return b"\x80\x02}(" + b"".join(string(key) + value for key, value in entries.items()) + b"u."


def python3(protocol, order="C"):
    def write(x, y):
        data = np.asarray(x.reshape(len(x), -1), order=order)
        return pickle.dumps({"labels": list(y), "data": data, "filenames": ["a.png"] * len(y)}, protocol=protocol)

    return write


KINDS = {
    "binary": (binary, ".bin"),
    "Python 2": (python2, ""),
    "Python 3, old protocol": (python3(2), ""),
    "Python 3": (python3(4), ""),
    "columns first": (python3(4, "F"), ""),
}


def files(kind):
    write, end = KINDS[kind]
    return {f"{name}{end}": write(PIXELS[name], LABELS[name]) for name in NAMES}


def write_folder(folder, contents):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


def write_archive(path, contents):
    """Write an archive with a folder inside, its batches not in order, and other files among them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in {"readme.html": b"<html>", **dict(reversed(contents.items()))}.items():
            member = tarfile.TarInfo(f"cifar-10-batches/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def assert_is_the_part(data, part):
    names = NAMES[:5] if part == "train" else NAMES[5:]
    assert data.y.tolist() == [label for name in names for label in LABELS[name]]
    assert (data.X.dtype, data.y.dtype) == (np.float32, np.int64)
    np.testing.assert_allclose(data.X * 255, np.concatenate([PIXELS[name] for name in names]), rtol=1e-6)
    assert data.X.flags.c_contiguous


def test_the_file_of_python_2_is_one_that_numpy_reads():
    batch = pickle.loads(
        python2(PIXELS["test_batch"], LABELS["test_batch"]).replace(b"numpy.core", b"numpy._core"), encoding="bytes"
    )
    assert batch[b"labels"] == LABELS["test_batch"]
    np.testing.assert_array_equal(batch[b"data"].reshape(-1, 3, 32, 32), PIXELS["test_batch"])


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_official_form_is_read(tmp_path, kind, part):
    assert_is_the_part(load_cifar10(part, path=write_folder(tmp_path / "data", files(kind))), part)
    archive = write_archive(tmp_path / "any.tar.gz", files(kind))
    assert_is_the_part(load_cifar10(part, path=archive), part)


@pytest.mark.parametrize("name", ["cifar-10-binary.tar.gz", "cifar10/cifar-10-binary.tar.gz"])
def test_the_archive_is_found_in_the_variable_s_folder(monkeypatch, tmp_path, name):
    write_archive(tmp_path / name, files("binary"))
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path))
    assert_is_the_part(load_cifar10(download=False), "train")


@pytest.mark.parametrize("name", ["cifar-10-batches-py", "cifar10/cifar-10-batches-py"])
def test_what_the_archive_unpacks_to_is_found_in_the_variable_s_folder(monkeypatch, tmp_path, name):
    write_folder(tmp_path / name, files("Python 2"))
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path))
    assert_is_the_part(load_cifar10("test", download=False), "test")


def test_an_archive_under_keras_names_is_read_with_the_channels_last(tmp_path):
    x = np.concatenate([PIXELS[name] for name in NAMES[:5]])
    y = np.concatenate([LABELS[name] for name in NAMES[:5]])
    np.savez(tmp_path / "cifar10.npz", x_train=np.moveaxis(x, 1, 3), y_train=y[:, None])
    assert_is_the_part(load_cifar10(path=tmp_path), "train")


def test_what_is_nowhere_is_downloaded_into_the_cache(monkeypatch, tmp_path):
    source = write_archive(tmp_path / "source" / "cifar-10-binary.tar.gz", files("binary"))
    remote = Remote(source.name, hashlib.sha256(source.read_bytes()).hexdigest(), (source.as_uri(),))
    images = replace(cifar10.CIFAR10, remotes={"train": (remote,), "test": (remote,)})
    monkeypatch.setattr(cifar10, "CIFAR10", images)
    assert_is_the_part(load_cifar10("test"), "test")
    source.unlink()
    assert_is_the_part(load_cifar10("train"), "train")


def test_the_classes_have_names(tmp_path):
    targets = load_cifar10(path=write_folder(tmp_path, files("binary"))).targets
    assert len(targets) == 10
    assert (targets[0], targets[9]) == ("airplane", "truck")


class Evil:
    def __reduce__(self):
        return print, ("this must not be printed",)


def pickled(**entries):
    x, y = PIXELS["test_batch"], LABELS["test_batch"]
    return pickle.dumps({"labels": y, "data": x.reshape(2, -1)} | entries)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("test_batch.bin", b"", "has 0 bytes, which are not whole images of 3,073 bytes each"),
        ("test_batch.bin", bytes(3072), "has 3,072 bytes, which are not whole images of 3,073 bytes each"),
        ("test_batch.bin", b"\x0a" + bytes(3072), "labels go from 0 to 9, found 10 to 10"),
        ("test_batch", b"", "is not a pickled batch, or a damaged one: .*; fetch it again"),
        ("test_batch", pickled()[:-20], "is not a pickled batch, or a damaged one"),
        ("test_batch", b"\x80\x05\x96" + struct.pack("<Q", 10**14) + b"x.", "is not a pickled batch, or a damaged one"),
        ("test_batch", pickled(labels=[Evil(), 1]), r"asks for builtins\.print, .*; do not trust this file"),
        (
            "test_batch",
            pickle.dumps([1, 2]),
            "is not a batch: a dict with an array 'data' and a list of whole numbers 'la",
        ),
        ("test_batch", pickle.dumps({"fine_labels": [1]}), "is not a batch: a dict"),
        ("test_batch", pickled(labels=[]), "is not a batch: a dict"),
        ("test_batch", pickled(labels=[1, "2"]), "is not a batch: a dict"),
        ("test_batch", pickled(labels=[1, 10]), "labels go from 0 to 9, found 1 to 10"),
        (
            "test_batch",
            pickled(labels=[1, 2, 3]),
            r"has 3 labels, so its data are \(3, 3072\) of u1; found \(2, 3072\)",
        ),
        ("test_batch", pickled(data=np.zeros((2, 3072))), r"has 2 labels, .*; found \(2, 3072\) of f8, 49,152 bytes"),
    ],
)
def test_damaged_batches_are_refused_by_name(tmp_path, capsys, name, content, message):
    with pytest.raises(ValueError, match=f"{name}:? {message}"):
        load_cifar10("test", path=write_folder(tmp_path / "folder", {name: content}))
    archive = write_archive(tmp_path / "some.tar.gz", {name: content})
    with pytest.raises(ValueError, match=rf"some.tar.gz: {name}:? {message}"):
        load_cifar10("test", path=archive)
    assert capsys.readouterr().out == ""


def test_damaged_archives_are_refused_by_name(tmp_path):
    archive = write_archive(tmp_path / "some.tar.gz", files("binary"))
    content = archive.read_bytes()
    for wrong in (b"", b"no archive", content[:-2000], gzip.compress(gzip.decompress(content)[:5000])):
        archive.write_bytes(wrong)
        with pytest.raises(
            ValueError, match=r"some.tar.gz is damaged, or no archive: .*; delete it and fetch it again"
        ):
            load_cifar10(path=archive)


def test_batches_that_an_archive_lacks_are_named(tmp_path):
    contents = files("binary")
    del contents["data_batch_2.bin"]
    archive = write_archive(tmp_path / "some.tar.gz", contents)
    with pytest.raises(ValueError, match=r"some.tar.gz has no data_batch_2$"):
        load_cifar10(path=archive)
    with pytest.raises(
        FileNotFoundError, match=r"looked in .* for cifar-10-binary.tar.gz, .* or cifar10.npz; not all .* b"
    ):
        load_cifar10(path=write_folder(tmp_path / "folder", contents))


def test_a_batch_that_is_too_large_is_not_read(tmp_path):
    path = write_folder(tmp_path / "folder", {}) / "test_batch.bin"
    with path.open("wb") as file:
        file.truncate(10**9)
    with pytest.raises(ValueError, match=r"test_batch.bin has 1,000,000,000 bytes, more than any batch of CIFAR-10"):
        load_cifar10("test", path=path.parent)
    member = tarfile.TarInfo("test_batch.bin")
    member.size = 10**12
    (tmp_path / "some.tar.gz").write_bytes(gzip.compress(member.tobuf()))
    with pytest.raises(ValueError, match=r"some.tar.gz: test_batch.bin has 1,000,000,000,000 bytes, more than any"):
        load_cifar10("test", path=tmp_path / "some.tar.gz")
