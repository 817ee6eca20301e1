import numpy as np
import pytest

from gradschool.nn.activations.blocks import BLOCK, blockwise


@pytest.mark.parametrize("shape", [(), (0,), (5,), (BLOCK,), (BLOCK + 1,), (3, BLOCK), (2, 2, 3)])
def test_gives_what_the_function_gives_of_the_whole(shape):
    x, y = np.random.default_rng(0).normal(size=(2, *shape)).astype(np.float32)
    sizes = []

    def f(a, b):
        sizes.append(a.shape)
        return a - 2 * b

    got = blockwise(f, x, y)
    np.testing.assert_array_equal(got, x - 2 * y)
    assert got.shape == shape
    assert got.dtype == np.float32
    assert all(size == (BLOCK,) for size in sizes[:-1])


def test_arrays_that_lie_otherwise_in_memory_are_matched_entry_by_entry():
    x = np.arange(12.0).reshape(3, 4)
    np.testing.assert_array_equal(blockwise(np.subtract, x.T, x.T.copy()), np.zeros((4, 3)))
