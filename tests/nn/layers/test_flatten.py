import numpy as np
import pytest

from gradschool.nn import Flatten


@pytest.mark.parametrize(
    ("shape", "flat"),
    [((2, 3, 4, 5), (2, 60)), ((2, 3), (2, 3)), ((4,), (4, 1)), ((0, 2, 3), (0, 6)), ((2, 0), (2, 0))],
)
def test_examples_become_rows_and_gradients_go_back(shape, flat):
    layer, x = Flatten(), np.random.default_rng(0).normal(size=shape)
    y = layer.forward(x)
    assert y.shape == flat
    np.testing.assert_array_equal(layer.backward(2 * y), 2 * x)


def test_an_example_is_read_row_by_row():
    np.testing.assert_array_equal(
        Flatten().forward(np.array([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])), [[1, 2, 3, 4], [5, 6, 7, 8]]
    )


def test_a_single_number_is_refused():
    with pytest.raises(ValueError, match=r"^Flatten\(\) takes x of shape \(N, …\), got \(\)$"):
        Flatten().forward(np.array(3.0))
