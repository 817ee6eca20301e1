"""MNIST and Fashion-MNIST, which have the same files, in tiny ones written here and in the real one where it is."""

import gzip
import hashlib
import shutil
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradschool.datasets import Dataset, fashion_mnist, load_fashion_mnist, load_mnist, mnist
from gradschool.datasets.download import Remote

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "mnist.npz"
LOADERS = [(load_mnist, mnist, "MNIST", "mnist"), (load_fashion_mnist, fashion_mnist, "FASHION_MNIST", "fashion_mnist")]
LOAD = [load for load, *_ in LOADERS]
SUBFOLDERS = {
    load_mnist: ["mnist", "MNIST/raw"],
    load_fashion_mnist: ["fashion_mnist", "FashionMNIST/raw"],
}
PIXELS = {"train": np.zeros((3, 28, 28), dtype=np.uint8), "test": np.zeros((2, 28, 28), dtype=np.uint8)}
LABELS = {"train": [7, 0, 9], "test": [8, 1]}
PIXELS["train"][1, 2, 3] = 255
PIXELS["train"][0, 27, 0] = 51
PIXELS["test"][0, 0, 1] = 255


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """A machine without data: its cache is an empty folder."""
    monkeypatch.delenv("GRADSCHOOL_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def write(folder, *, parts=("train", "test"), pack=gzip.compress, end=".gz", mark="-", labels=LABELS):
    folder.mkdir(parents=True, exist_ok=True)
    for part in parts:
        prefix = {"train": "train", "test": "t10k"}[part]
        x, y = PIXELS[part], bytes(labels[part])
        images = struct.pack(">4B3I", 0, 0, 8, 3, *x.shape) + x.tobytes()
        (folder / f"{prefix}-images{mark}idx3-ubyte{end}").write_bytes(pack(images))
        (folder / f"{prefix}-labels{mark}idx1-ubyte{end}").write_bytes(
            pack(struct.pack(">4BI", 0, 0, 8, 1, len(y)) + y)
        )
    return folder


def assert_is_the_part(data, part):
    assert isinstance(data, Dataset)
    assert (data.X.dtype, data.y.dtype) == (np.float32, np.int64)
    assert data.y.tolist() == LABELS[part]
    assert data.X.shape == (len(LABELS[part]), 1, 28, 28)
    np.testing.assert_allclose(data.X[:, 0] * 255, PIXELS[part], rtol=1e-6)
    assert data.X.flags.c_contiguous
    assert data.X.flags.writeable


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize("load", LOAD)
@pytest.mark.parametrize(("pack", "end", "mark"), [(gzip.compress, ".gz", "-"), (bytes, "", "-"), (bytes, "", ".")])
def test_the_official_files_are_read_from_a_folder(tmp_path, load, part, pack, end, mark):
    write(tmp_path, pack=pack, end=end, mark=mark)
    assert_is_the_part(load(part, path=tmp_path), part)
    assert_is_the_part(load(part, path=str(tmp_path)), part)


def test_pixels_are_scaled_to_between_0_and_1_and_rows_go_from_the_top(tmp_path):
    X = load_mnist(path=write(tmp_path)).X
    assert X[1, 0, 2, 3] == 1
    assert X[0, 0, 27, 0] == np.float32(0.2)
    assert np.count_nonzero(X) == 2


def test_the_classes_have_names(tmp_path):
    assert load_mnist(path=write(tmp_path)).targets == tuple("0123456789")
    targets = load_fashion_mnist(path=tmp_path).targets
    assert len(targets) == 10
    assert (targets[0], targets[9]) == ("T-shirt/top", "ankle boot")
    assert load_mnist(path=tmp_path).features == ()


@pytest.mark.parametrize("shape", [(-1, 28, 28), (-1, 28, 28, 1), (-1, 1, 28, 28)])
@pytest.mark.parametrize("load", LOAD)
def test_an_archive_under_keras_names_is_read(tmp_path, load, shape):
    path = tmp_path / "any.npz"
    arrays = {f"x_{part}": PIXELS[part].reshape(shape) for part in PIXELS}
    np.savez(path, **arrays, **{f"y_{part}": LABELS[part] for part in LABELS})
    assert_is_the_part(load("test", path=path), "test")
    shutil.move(path, tmp_path / f"{load.__name__.removeprefix('load_')}.npz")
    assert_is_the_part(load("train", path=tmp_path), "train")


@pytest.mark.parametrize("load", LOAD)
def test_the_variable_names_the_folder_or_the_one_above(monkeypatch, tmp_path, load):
    for name in ["", *SUBFOLDERS[load]]:
        folder = tmp_path / name.replace("/", "-") / name
        write(folder)
        monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path / name.replace("/", "-")))
        assert_is_the_part(load(download=False), "train")


@pytest.mark.parametrize("load", LOAD)
def test_a_subfolder_of_the_data_set_s_name_goes_before_the_folder(monkeypatch, tmp_path, load):
    write(tmp_path, labels={"train": [1, 1, 1], "test": [1, 1]})
    write(tmp_path / SUBFOLDERS[load][0])
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path))
    assert_is_the_part(load(), "train")


@pytest.mark.parametrize("load", LOAD)
def test_the_cache_is_looked_into_after_the_variable_s_folder(monkeypatch, tmp_path, load):
    write(tmp_path / "cache" / "gradschool" / SUBFOLDERS[load][0])
    write(tmp_path / "data", parts=["test"])
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path / "data"))
    assert_is_the_part(load("train"), "train")


def here(images, folder):
    """The image set with its downloads from files of this machine."""
    remotes = {
        part: tuple(
            Remote(
                remote.name,
                hashlib.sha256((folder / remote.name).read_bytes()).hexdigest(),
                ((folder / remote.name).as_uri(),),
            )
            for remote in pair
        )
        for part, pair in images.remotes.items()
    }
    return replace(images, remotes=remotes)


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize(("load", "module", "constant", "name"), LOADERS)
def test_what_is_nowhere_is_downloaded_into_the_cache_and_found_there_next_time(
    monkeypatch, tmp_path, load, module, constant, name, part
):
    source = write(tmp_path / "source")
    monkeypatch.setattr(module, constant, here(getattr(module, constant), source))
    assert_is_the_part(load(part), part)
    assert len(list((tmp_path / "cache" / "gradschool" / name).iterdir())) == 2
    shutil.rmtree(source)
    assert_is_the_part(load(part, download=False), part)


@pytest.mark.parametrize(("load", "module", "constant", "name"), LOADERS)
def test_without_a_network_the_error_says_what_was_tried_and_what_to_do(
    monkeypatch, tmp_path, load, module, constant, name
):
    away = {part: (Remote("file.gz", "0", ("http://127.0.0.1:1/file.gz",)),) for part in ("train", "test")}
    monkeypatch.setattr(module, constant, replace(getattr(module, constant), remotes=away))
    monkeypatch.setenv("no_proxy", "*")
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path / "data"))
    with pytest.raises(FileNotFoundError) as caught:
        load("test")
    message = str(caught.value)
    for part in [
        f"load_{name} found no test data:\n  in {tmp_path / 'data'}\n  in {tmp_path / 'cache' / 'gradschool'}\n",
        "could not download them:\n  from http://127.0.0.1:1/file.gz: [Errno ",
        f"put train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte "
        f"(or .gz), or {name}.npz with the arrays x_train, y_train, x_test and y_test, into a folder",
        f"load_{name}(path=FOLDER), or set the environment variable GRADSCHOOL_DATA",
    ]:
        assert part in message


def test_a_cache_that_cannot_be_written_to_is_reported(monkeypatch, tmp_path):
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(FileNotFoundError, match=r"the cache folder cannot be written to: .*cache"):
        load_mnist()


@pytest.mark.parametrize("load", LOAD)
def test_a_download_is_not_tried_where_it_is_not_wanted(load):
    with pytest.raises(
        FileNotFoundError, match=r"found no train data on this machine:\n  in .*\nTo go on without a netw"
    ):
        load(download=False)


@pytest.mark.parametrize("load", LOAD)
def test_a_path_that_leads_to_nothing_is_not_replaced_by_a_download(tmp_path, load):
    with pytest.raises(
        FileNotFoundError, match=r"load_\w+: there is no .*nowhere; name the folder that holds train-im"
    ):
        load(path=tmp_path / "nowhere")
    folder = write(tmp_path / "half", parts=["train"])
    with pytest.raises(
        FileNotFoundError, match=r"looked in .*half for t.*; not all .* but train-images-idx3-ubyte.gz, t"
    ):
        load("test", path=folder)
    with pytest.raises(
        FileNotFoundError, match=r"does not know the file .*ubyte.gz; name the folder that holds train-im"
    ):
        load(path=folder / "train-images-idx3-ubyte.gz")


@pytest.mark.parametrize("part", ["all", "/data/mnist", None, True])
def test_the_part_is_train_or_test(part):
    message = f"load_mnist takes part 'train' or 'test', got {part!r}; a file or folder is given as path=…$"
    with pytest.raises(ValueError, match=message):
        load_mnist(part)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": PIXELS["train"][:, :, :27]}, r"images of 28x28 pixels and 1 channels are needed, found \(3, 28, 27\)"),
        ({"x": PIXELS["train"].reshape(3, 784)}, r"are needed, found \(3, 784\)"),
        ({"x": PIXELS["train"][:0], "y": []}, r"are needed, found \(0, 28, 28\)"),
        ({"x": PIXELS["train"] / 255}, "pixels are whole numbers from 0 to 255, found float64"),
        ({"x": PIXELS["train"].astype(int) - 1}, "pixels go from 0 to 255, found -1 to 254"),
        ({"y": [1, 2]}, r"a label for each of the 3 images is needed, found the shape \(2,\)"),
        ({"y": np.eye(3, 10, dtype=int)}, r"found the shape \(3, 10\)"),
        ({"y": [1, 10, 2]}, "labels go from 0 to 9, found 1 to 10"),
        ({"y": [1.0, 2, 3]}, "labels are whole numbers from 0 to 9, found float64"),
    ],
)
def test_what_cannot_be_the_data_is_refused_by_name(tmp_path, arrays, message):
    arrays = {"x": PIXELS["train"], "y": LABELS["train"]} | arrays
    np.savez(tmp_path / "mnist.npz", x_train=arrays["x"], y_train=arrays["y"])
    with pytest.raises(ValueError, match=rf"mnist.npz: .*{message}"):
        load_mnist(path=tmp_path)


def test_a_wrong_label_is_reported_of_the_file_of_labels(tmp_path):
    write(tmp_path, labels={"train": [1, 2, 11], "test": [0, 0]})
    with pytest.raises(ValueError, match=r"train-labels-idx1-ubyte.gz: labels go from 0 to 9, found 1 to 11"):
        load_mnist(path=tmp_path)


def test_files_of_two_sets_are_told_apart_by_their_numbers(tmp_path):
    write(tmp_path, labels={"train": [1, 2], "test": [0, 0]})
    message = (
        r"train-images-idx3-ubyte.gz has 3 images and train-labels-idx1-ubyte.gz 2 labels; they are not of one set"
    )
    with pytest.raises(ValueError, match=message):
        load_mnist(path=tmp_path)


@pytest.mark.parametrize("part", ["train", "test"])
def test_the_one_is_not_taken_for_the_other_though_the_files_have_the_same_names(tmp_path, part):
    for load, (begins, theirs) in {
        load_mnist: (mnist.MNIST.namesake_begins, "Fashion-MNIST"),
        load_fashion_mnist: (fashion_mnist.FASHION_MNIST.namesake_begins, "MNIST"),
    }.items():
        np.savez(
            tmp_path / "any.npz",
            **{f"x_{part}": np.zeros((11, 28, 28), dtype=int), f"y_{part}": [*begins[part], 0]},
        )
        with pytest.raises(
            ValueError, match=f"any.npz belongs to {theirs}, whose files have the same names; those for"
        ):
            load(part, path=tmp_path / "any.npz")


def test_the_published_checksums_are_complete():
    remotes = [
        r for images in (mnist.MNIST, fashion_mnist.FASHION_MNIST) for pair in images.remotes.values() for r in pair
    ]
    assert len({remote.sha256 for remote in remotes}) == 8
    assert all(len(bytes.fromhex(remote.sha256)) == 32 for remote in remotes)
    assert all(url.endswith(f"/{remote.name}") for remote in remotes for url in remote.urls)
    assert all(remote.urls[0].startswith("https://") for remote in remotes)


@pytest.mark.skipif(not REAL.exists(), reason="the real data are not on this machine")
def test_the_real_data():
    data = load_mnist("test", path=REAL)
    assert data.X.shape == (10_000, 1, 28, 28)
    assert np.bincount(data.y).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert data.X.mean() == pytest.approx(0.1325, abs=1e-4)
    with pytest.raises(ValueError, match=r"mnist.npz belongs to MNIST"):
        load_fashion_mnist("test", path=REAL)
