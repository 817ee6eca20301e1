import numpy as np
import pytest

from gradschool.nn.dtypes import floating


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_are_themselves(dtype):
    x = np.ones(3, dtype)
    assert floating(x) is x


@pytest.mark.parametrize("x", [np.array([0, 255], np.uint8), np.array([-7, 2**53]), np.array([False, True])])
def test_others_become_float64_with_the_same_values(x):
    assert floating(x).dtype == np.float64
    assert floating(x).tolist() == x.tolist()
