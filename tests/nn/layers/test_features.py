import numpy as np
import pytest

from gradschool.nn.layers.features import feature_dot, feature_sum, per_feature


@pytest.mark.parametrize("shape", [(6, 3), (1, 3), (2, 3, 4, 5)])
def test_sums_are_taken_over_all_axes_but_the_second(shape):
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=shape), rng.normal(size=shape)
    others = tuple(axis for axis in range(len(shape)) if axis != 1)
    np.testing.assert_allclose(feature_sum(one), one.sum(axis=others), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(feature_dot(one, other), (one * other).sum(axis=others), rtol=1e-12, atol=1e-14)


def test_pixels_are_summed_as_floats():
    np.testing.assert_array_equal(feature_sum(np.full((4, 2), 200, dtype=np.uint8)), [800, 800])
    assert feature_sum(np.ones((4, 2), dtype=np.float32)).dtype == np.float32


@pytest.mark.parametrize(("shape", "wanted"), [((6, 3), (3,)), ((2, 3, 4, 5), (3, 1, 1))])
def test_a_number_for_each_feature_broadcasts_along_the_second_axis(shape, wanted):
    assert per_feature(np.arange(3.0), np.zeros(shape)).shape == wanted
