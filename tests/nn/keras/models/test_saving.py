import numpy as np
import pytest

from gradschool.nn import keras
from gradschool.nn.keras import layers as L


def trained(rng, **options):
    x, y = rng.normal(size=(40, 4)), rng.integers(3, size=40)
    model = keras.Sequential(
        [L.Input(4), L.Dense(5, keras.activations.relu), L.BatchNormalization(), L.Dense(3, "softmax", name="out")]
    )
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    model.compile(keras.optimizers.Adam(schedule), keras.losses.SparseCategoricalCrossentropy(), ["accuracy"])
    model.fit(x, y, epochs=2, verbose=0, **options)
    return model, x, y


@pytest.mark.parametrize("name", ["model.keras", "model.npz", "model"])
def test_a_model_goes_on_from_its_file(name, rng, tmp_path):
    model, x, y = trained(rng)
    model.save(tmp_path / name)
    other = keras.models.load_model(tmp_path / name)
    assert [layer.name for layer in other.layers] == [layer.name for layer in model.layers]
    np.testing.assert_array_equal(other.predict(x), model.predict(x))
    assert other.evaluate(x, y) == model.evaluate(x, y)
    for one in (model, other):
        one.fit(x, y, epochs=2, shuffle=False, verbose=0)
    assert other.optimizer.iterations == model.optimizer.iterations == 8
    np.testing.assert_array_equal(other.predict(x), model.predict(x))
    with pytest.raises(ValueError, match=r"^there is a file .* already, and overwrite is false$"):
        model.save(tmp_path / name, overwrite=False)


def test_a_file_of_weights(rng, tmp_path):
    model, x, _ = trained(rng)
    model.save_weights(tmp_path / "w.weights.h5")
    other = keras.Sequential(
        [L.Input(4), L.Dense(5, "relu"), L.BatchNormalization(), L.Dense(3, "softmax", name="out")]
    )
    other.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_array_equal(other.predict(x), model.predict(x))
    other.set_weights([0 * w for w in other.get_weights()])
    assert not any(w.any() for w in other.get_weights())
    with pytest.raises(
        ValueError, match=r"has the weights of another model: batch_normalization/layers.0.beta, .* differ"
    ):
        keras.Sequential([L.Input(4), L.Dense(3)]).load_weights(tmp_path / "w.weights.h5")
    with pytest.raises(ValueError, match="holds weights alone; make the model"):
        keras.models.load_model(tmp_path / "w.weights.h5")
    with pytest.raises(ValueError, match=r"^sequential has weights of shapes \[\(4, 5\), .*got \[\(1,\)\]$"):
        model.set_weights([np.zeros(1)])


def test_what_no_text_can_make_again_is_refused(rng, tmp_path):
    model = keras.Sequential([L.Input(4), L.Dense(5, kernel_initializer=lambda shape, *, rng: np.ones(shape))])
    with pytest.raises(ValueError, match="cannot be saved: a file holds names and numbers, so give it by its name"):
        model.save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_files_of_others_are_refused(tmp_path):
    (tmp_path / "other.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(ValueError, match="is no file of this library; Keras' own files"):
        keras.models.load_model(tmp_path / "other.h5")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        keras.Sequential([L.Dense(3, input_dim=2)]).save(tmp_path / "folder" / "model")
