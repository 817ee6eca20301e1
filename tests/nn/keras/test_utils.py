import subprocess
import sys

import numpy as np
import pytest

from gradschool.nn import keras
from gradschool.nn.keras.datasets.keras_form import in_keras_form


def test_one_hot_rows():
    np.testing.assert_array_equal(keras.utils.to_categorical([0, 2]), [[1, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(keras.utils.to_categorical([[0], [1]], 3), [[1, 0, 0], [0, 1, 0]])
    assert keras.utils.to_categorical(np.zeros((4, 5), dtype=np.uint8), 2).shape == (4, 5, 2)
    assert keras.utils.to_categorical([0]).dtype == np.float32
    with pytest.raises(ValueError, match=r"^to_categorical\(num_classes=2\) got the label 2$"):
        keras.utils.to_categorical([0, 2], 2)
    with pytest.raises(ValueError, match=r"^to_categorical takes labels that are whole numbers from 0, got -1$"):
        keras.utils.to_categorical([0, -1])


@pytest.mark.parametrize("name", keras.initializers.TABLE)
def test_every_initializer_of_the_table_draws(name):
    made = keras.initializers.get(name)
    assert made((4, 3)).shape == (4, 3)
    assert getattr(keras.initializers, name) is type(made)


def test_initializers_have_the_moments_they_say():
    shape = (200, 100)
    for made, mean, std in (
        (keras.initializers.RandomNormal(1.0, 0.5), 1.0, 0.5),
        (keras.initializers.TruncatedNormal(1.0, 0.5), 1.0, 0.4398),
        (keras.initializers.RandomUniform(0.0, 2.0), 1.0, 2 / np.sqrt(12)),
        (keras.initializers.he_normal(seed=1), 0.0, np.sqrt(2 / 200)),
    ):
        drawn = made(shape)
        assert drawn.mean() == pytest.approx(mean, abs=0.02)
        assert drawn.std() == pytest.approx(std, rel=0.03)


def test_regularizers():
    w = np.array([[1.0, -2.0]])
    assert keras.regularizers.l2(0.1)(w) == pytest.approx(0.5)
    assert keras.regularizers.l1(0.1)(w) == pytest.approx(0.3)
    assert keras.regularizers.l1_l2(0.1, 0.1)(w) == pytest.approx(0.8)
    assert len(keras.regularizers.get("l1_l2")) == 2
    with pytest.raises(ValueError, match=r"^a regularizer takes strengths of 0 or more, got l1=0.0, l2=-1$"):
        keras.regularizers.L2(-1)
    with pytest.raises(ValueError, match=r"^a regularizer is a name, such as 'l2', or keras.regularizers.l2\(1e-4\)"):
        keras.regularizers.get(3)


@pytest.mark.parametrize("channels", [1, 3])
def test_image_sets_are_bytes_with_the_channels_last(channels, rng):
    raw = rng.integers(256, size=(5, channels, 4, 6))

    class Set:
        X = (raw / 255).astype(np.float32)
        y = np.arange(5)

    (x, y), (x_test, _) = in_keras_form(lambda part, path: Set, None)
    assert x.dtype == y.dtype == np.uint8
    np.testing.assert_array_equal(x if channels == 3 else x[..., None], raw.transpose(0, 2, 3, 1))
    assert y.shape == ((5,) if channels == 1 else (5, 1))
    np.testing.assert_array_equal(x_test, x)


def test_the_import_brings_no_plots_and_no_bars():
    program = (
        "import sys, gradschool.nn.keras as keras\n"
        "from gradschool.nn.keras.layers import Dense\n"
        "assert not {'matplotlib', 'tqdm', 'gradschool.datasets'} & set(sys.modules), 'too much is imported'\n"
        "keras.layers.Dense, keras.optimizers.schedules.CosineDecay, keras.datasets.mnist.load_data\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
