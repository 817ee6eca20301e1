import os
import zipfile

import numpy as np
import pytest

from gradschool import nn
from gradschool.nn import SGD, Adam, Dense, GradientDescent, Layer, MeanSquaredError, Sequential, fit, load, save


class Noise(Layer):
    """Multiplies by random numbers in training, and counts the batches in a buffer."""

    buffers = ("count",)

    def __init__(self, rng):
        self.rng, self.count = rng, np.zeros(1)

    def forward(self, x, *, train=False):
        self.scale = self.rng.uniform(0.5, 1.5, size=x.shape) if train else np.ones(x.shape)
        self.count += train
        return x * self.scale

    def backward(self, dy):
        return dy * self.scale


def network(seed, rng=None, *, make=np.random.PCG64, width=3):
    rng = rng or np.random.Generator(make(seed + 1))
    draw = np.random.default_rng(seed)
    return Sequential(Dense(4, width, rng=draw), Noise(rng), Dense(width, 2, rng=draw))


def train(model, optimizer, rng, **options):
    x, y = np.random.default_rng(9).normal(size=(2, 20, 4))
    options = {"loss": MeanSquaredError(), "batch_size": 6, "progress": False, **options}
    return fit(model, x, y[:, :2], optimizer=optimizer, rng=rng, **options)


def everything(model, optimizer, rng):
    return {
        **{name: array.copy() for name, array in model.state().items()},
        **{f"optimizer {name}": np.copy(array) for name, array in optimizer.state().items()},
        "random": np.array([repr(g.bit_generator.state) for g in (rng, *model.generators().values())]),
    }


def assert_same(one, two):
    assert one.keys() == two.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], two[name])
        assert one[name].dtype == two[name].dtype


@pytest.mark.parametrize("kind", ["PCG64", "MT19937", "Philox", "SFC64", "PCG64DXSM"])
@pytest.mark.parametrize("shared", [False, True])
def test_training_goes_on_bit_for_bit(tmp_path, kind, shared):
    make = getattr(np.random, kind)

    def start(seed):
        rng = np.random.Generator(make(seed))
        model = network(seed, rng if shared else None, make=make)
        return model, Adam(model.parameters(), 0.01), rng

    whole, first, second = start(1), start(1), start(5)
    want = train(*whole, epochs=10)
    train(*first, epochs=5)
    save(tmp_path / "half.npz", first[0], first[1], rng=first[2])
    load(tmp_path / "half.npz", second[0], second[1], rng=second[2])
    rest = train(*second, epochs=10, initial_epoch=5)
    assert rest["loss"] == want["loss"][5:]
    assert_same(everything(*second), everything(*whole))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_training_of_the_librarys_layers_goes_on_bit_for_bit(tmp_path, dtype):
    x = np.random.default_rng(9).normal(size=(40, 4)).astype(dtype)
    y = (x[:, 0] > 0).astype(int)

    def start(seed):
        rng = np.random.default_rng(seed)
        layers = [
            nn.Dense(4, 8, rng=rng),
            nn.BatchNorm(8),
            nn.ReLU(),
            nn.Dropout(0.3, rng=rng),
            nn.Dense(8, 2, rng=rng),
        ]
        model = Sequential(*layers).astype(dtype)
        return model, Adam(model.parameters(), 0.01), np.random.default_rng(seed + 1)

    def go(model, optimizer, rng, **options):
        loss = nn.SoftmaxCrossEntropy()
        return fit(model, x, y, loss=loss, optimizer=optimizer, rng=rng, batch_size=16, progress=False, **options)

    whole, first, second = start(1), start(1), start(5)
    want = go(*whole, epochs=10)
    go(*first, epochs=5)
    save(tmp_path / "half.npz", first[0], first[1], rng=first[2])
    load(tmp_path / "half.npz", second[0], second[1], rng=second[2])
    assert go(*second, epochs=10, initial_epoch=5)["loss"] == want["loss"][5:]
    assert_same(everything(*second), everything(*whole))


def test_a_model_alone(tmp_path):
    one, two = network(1), network(2)
    save(tmp_path / "model", one)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    load(str(tmp_path / "model"), two)
    x = np.ones((3, 4))
    np.testing.assert_array_equal(two(x), one(x))


def test_a_file_with_all_of_it_serves_for_the_model_alone(tmp_path):
    one, two = network(1), network(2)
    save(tmp_path / "all.npz", one, Adam(one.parameters()), rng=np.random.default_rng(0))
    load(tmp_path / "all.npz", two)
    np.testing.assert_array_equal(two.layers[0].W.value, one.layers[0].W.value)


def test_the_file_needs_no_pickles_and_has_plain_names(tmp_path):
    model = network(1)
    save(tmp_path / "all.npz", model, SGD(model.parameters(), 0.5, momentum=0.9), rng=np.random.default_rng(0))
    with np.load(tmp_path / "all.npz", allow_pickle=False) as npz:
        arrays = dict(npz)
    assert arrays["format"] == 1
    assert {"model/layers.0.W", "model/layers.1.count", "optimizer/steps"} < arrays.keys()
    assert str(arrays["random/order of examples"]).startswith('{"bit_generator": "PCG64"')


class Failing(Layer):
    def state(self):
        return {"w": np.array([object()])}


def test_objects_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"^model/w holds Python objects, which a checkpoint does not keep$"):
        save(tmp_path / "model.npz", Failing())
    assert list(tmp_path.iterdir()) == []


def full_disk(file, **arrays):
    file.write(b"PK")
    raise OSError("no space left on device")


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    save(tmp_path / "model.npz", network(1))
    before = (tmp_path / "model.npz").read_bytes()
    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match="no space left"):
        save(tmp_path / "model.npz", network(2))
    assert (tmp_path / "model.npz").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]


def test_a_file_is_replaced_at_once(tmp_path, monkeypatch):
    steps = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda a, b: (steps.append((a, b)), replace(a, b)))
    save(tmp_path / "model.npz", network(1))
    ((old, new),) = steps
    assert (old.parent, new) == (tmp_path, tmp_path / "model.npz")
    assert oct(new.stat().st_mode) == oct(_new_file(tmp_path).stat().st_mode)


def _new_file(folder):
    (folder / "other").write_text("")
    return folder / "other"


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path):
    with pytest.raises(IsADirectoryError) as caught:
        save(tmp_path, network(0))
    assert (
        str(caught.value) == f"{tmp_path} is a folder; a checkpoint is a file in it, such as {tmp_path / 'model.npz'}"
    )
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        save(tmp_path / "runs" / "model.npz", network(1))
    assert str(caught.value) == f"there is no folder {tmp_path / 'runs'} for the checkpoint model.npz: make it first"
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "model.npz", network(1))


# ---- files and networks that do not fit


def text(path):
    path.write_text("PK is not all")


def one_array(path):
    with path.open("wb") as file:
        np.save(file, np.ones(3))


def empty(path):
    path.write_bytes(b"")


def foreign(path):
    np.savez(path, W=np.ones(3))


def newer(path):
    np.savez(path, format=np.array(2))


def half(path):
    save(path, network(1))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path):
    save(path, network(1))
    with zipfile.ZipFile(path) as file:
        start = file.getinfo("model/layers.0.W.npy").header_offset + 200
    data = bytearray(path.read_bytes())
    data[start] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (text, "is not a checkpoint: save() writes NumPy's npz files"),
        (one_array, "is not a checkpoint"),
        (empty, "is not a checkpoint"),
        (foreign, "is an npz file, but not one that save() wrote"),
        (newer, "is of format 2, and this version of the library reads format 1"),
        (half, "is damaged or was cut short ("),
        (flipped, "is damaged or was cut short (Bad CRC-32"),
    ],
)
def test_files_that_are_no_checkpoints(tmp_path, make, message):
    path, model = tmp_path / "model.npz", network(2)
    make(path)
    before = {name: array.copy() for name, array in model.state().items()}
    with pytest.raises(ValueError) as caught:
        load(path, model)
    assert str(caught.value).startswith(f"{path} ")
    assert message in str(caught.value)
    assert_same(model.state(), before)


def adam(model):
    return Adam(model.parameters(), 0.1)


def one_layer(seed):
    return Sequential(Dense(4, 3, rng=np.random.default_rng(seed)))


@pytest.mark.parametrize(
    ("model", "optimizer", "rng", "message"),
    [
        (one_layer(0), adam, True, "its layers draw from layers.1.rng, and those of this network from no generator"),
        (network(0, width=5), adam, True, "has the shape"),
        (network(0).astype(np.float32), adam, True, "is float32 here and float64 in the file; model.astype('float64')"),
        (network(0, make=np.random.MT19937), adam, True, "a generator is a PCG64 there and a MT19937 here"),
        (network(0), lambda model: SGD(model.parameters(), 0.1), True, "its optimizer is Adam, and this one is SGD"),
        (network(0), lambda model: Adam(model.parameters()[:2]), True, "the state has groups.0.2."),
        (network(0), adam, "shared", "rng is a generator of its own there and layers.1.rng here"),
    ],
)
def test_what_does_not_fit_changes_nothing(tmp_path, model, optimizer, rng, message):
    saved = network(1)
    path, theirs = tmp_path / "all.npz", Adam(saved.parameters(), 0.01)
    save(path, saved, theirs, rng=np.random.default_rng(3))
    optimizer = optimizer(model)
    rng = np.random.default_rng(4) if rng is True else model.layers[1].rng
    before = everything(model, optimizer, rng)
    with pytest.raises(ValueError) as caught:
        load(path, model, optimizer, rng=rng)
    assert str(caught.value).startswith(f"{path} does not fit: ")
    assert message in str(caught.value)
    assert_same(everything(model, optimizer, rng), before)


def test_an_optimizer_that_fits_is_put_back_when_the_model_does_not(tmp_path):
    """The parameters are alike, in another order of names."""
    saved, model = Named("u"), Named("v")
    save(tmp_path / "all.npz", saved, Adam(saved.parameters(), 0.5))
    optimizer = Adam(model.parameters(), 0.1)
    optimizer.step()
    with pytest.raises(ValueError, match=r"the state lacks v: it is that of another network"):
        load(tmp_path / "all.npz", model, optimizer)
    assert optimizer.steps == 1
    assert optimizer.learning_rate == 0.1


class Named(Layer):
    def __init__(self, name):
        setattr(self, name, nn.Parameter(np.ones(2)))


def test_what_is_asked_for_must_be_in_the_file(tmp_path):
    model = network(1)
    save(tmp_path / "model.npz", model)
    with pytest.raises(ValueError, match="it has no optimizer in it: leave optimizer out, or save it with the model"):
        load(tmp_path / "model.npz", model, adam(model))
    with pytest.raises(ValueError, match="it has no generator for the order of examples: leave rng out, or save it"):
        load(tmp_path / "model.npz", model, rng=np.random.default_rng(0))


def test_generators_that_were_one_must_be_one_again(tmp_path):
    rng = np.random.default_rng(0)
    save(tmp_path / "model.npz", network(1, rng), rng=rng)
    with pytest.raises(ValueError, match=r"rng is layers\.1\.rng there and one of its own here"):
        load(tmp_path / "model.npz", network(1), rng=np.random.default_rng(0))


def test_an_optimizer_without_a_state_is_refused(tmp_path):
    model = network(1)
    with pytest.raises(ValueError, match=r"^GradientDescent has no state\(\), so it cannot be saved or loaded"):
        save(tmp_path / "model.npz", model, GradientDescent(model.parameters(), 0.1))
    assert list(tmp_path.iterdir()) == []
