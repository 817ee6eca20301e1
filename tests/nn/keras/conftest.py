"""What the tests of the Keras face share."""

from __future__ import annotations

import numpy as np
import pytest

from gradschool.nn import keras


@pytest.fixture(autouse=True)
def _seeded():
    keras.utils.set_random_seed(0)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def float64():
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx("float32")
