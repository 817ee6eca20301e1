"""CIFAR-10's features: found, refused, and computed, with NumPy's singular value decomposition as the oracle."""

from pathlib import Path

import numpy as np
import pytest

from gradschool.datasets import cifar10_features, load_cifar10_features

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "cifar10_pca128.npz"


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """A machine without data: its cache is an empty folder."""
    monkeypatch.delenv("GRADSCHOOL_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def write(folder, **changed):
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    arrays = {"x_train": rng.normal(size=(3, 128)).astype(np.float16), "y_train": np.array([7, 0, 9], np.uint8)}
    arrays |= {"x_test": rng.normal(size=(2, 128)).astype(np.float16), "y_test": np.array([8, 1], np.uint8)}
    np.savez(folder / "cifar10_pca128.npz", **(arrays | changed))
    return folder


def test_they_are_found_where_the_variable_says_in_the_cache_and_by_a_path(monkeypatch, tmp_path):
    write(tmp_path / "cache" / "gradschool", y_train=np.array([1, 1, 1]))
    assert load_cifar10_features().y.tolist() == [1, 1, 1]
    monkeypatch.setenv("GRADSCHOOL_DATA", str(write(tmp_path / "data")))
    assert load_cifar10_features().y.tolist() == [7, 0, 9]
    for path in (tmp_path / "data", tmp_path / "data" / "cifar10_pca128.npz"):
        data = load_cifar10_features("test", path=path)
        assert (data.X.shape, data.X.dtype, data.y.dtype) == ((2, 128), np.float32, np.int64)
        assert (data.y.tolist(), data.targets[8], data.features[127]) == ([8, 1], "ship", "component 128")


def test_where_there_are_none_the_error_says_how_they_are_made(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"found no cifar10_pca128.npz on this machine:\n  in (.|\n)*write_cifar"
    ):
        load_cifar10_features()
    with pytest.raises(FileNotFoundError, match=r"there is no .*nowhere\n.*published nowhere"):
        load_cifar10_features(path=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x_train": np.zeros((3, 64))}, r"rows of 128 finite fractions are needed, found \(3, 64\)"),
        ({"x_train": np.full((3, 128), np.nan)}, "finite"),
        ({"x_train": np.zeros((3, 128), int)}, "found .* of int64"),
        ({"y_train": np.array([1, 2])}, "a label for each of the 3 rows"),
        ({"y_train": np.array([1, 2, 10])}, "labels go from 0 to 9, found 1 to 10"),
    ],
)
def test_what_cannot_be_the_data_is_refused(tmp_path, changed, message):
    with pytest.raises(ValueError, match=message):
        load_cifar10_features(path=write(tmp_path, **changed))


def test_the_part_is_train_or_test():
    with pytest.raises(ValueError, match="takes part 'train' or 'test', got 'all'"):
        load_cifar10_features("all")


def test_components_are_those_of_the_singular_value_decomposition():
    x = np.random.default_rng(0).normal(size=(50, 6)) * [5, 4, 3, 2, 1, 0.5] + 7
    mean, components = cifar10_features.principal_components(x, 4)
    right = np.linalg.svd(x - x.mean(axis=0))[2][:4].T
    np.testing.assert_allclose(mean, x.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(np.abs(np.sum(components * right, axis=0)), 1, rtol=1e-5)
    assert np.all(components[np.argmax(np.abs(components), axis=0), range(4)] > 0)
    with pytest.raises(ValueError, match="a count from 1 to D"):
        cifar10_features.principal_components(x, 7)


def test_the_features_are_computed_from_the_images_and_found_again(tmp_path):
    rng = np.random.default_rng(0)
    images = {part: rng.integers(256, size=(n, 32, 32, 3), dtype=np.uint8) for part, n in (("train", 150), ("test", 3))}
    labels = {f"y_{part}": np.arange(len(x)) % 10 for part, x in images.items()}
    np.savez(tmp_path / "cifar10.npz", **{f"x_{part}": x for part, x in images.items()}, **labels)
    file = cifar10_features.write_cifar10_features(tmp_path, path=tmp_path / "cifar10.npz")
    train, test = load_cifar10_features(path=file), load_cifar10_features("test", path=file)
    pixels = {part: np.moveaxis(x, 3, 1).reshape(len(x), -1) / 255 for part, x in images.items()}
    mean = pixels["train"].mean(axis=0)
    right = np.linalg.svd(pixels["train"] - mean, full_matrices=False)[2][:128].T
    for part, data in (("train", train), ("test", test)):
        np.testing.assert_allclose(np.abs(data.X), np.abs((pixels[part] - mean) @ right), atol=0.02)
    assert test.y.tolist() == [0, 1, 2]
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        cifar10_features.write_cifar10_features(tmp_path / "no" / "where")


@pytest.mark.skipif(not REAL.exists(), reason="the real data are not on this machine")
def test_the_real_data():
    data = load_cifar10_features(path=REAL)
    assert data.X.shape == (50_000, 128)
    assert np.bincount(data.y).tolist() == [5000] * 10
    spread = data.X.std(axis=0)
    assert np.all(np.diff(spread) < 0.01)
    assert spread[0] == pytest.approx(7.44, abs=0.01)
