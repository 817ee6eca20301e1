import numpy as np

from gradschool.datasets import make_noisy_line


def test_shapes_and_dtypes():
    x, y = make_noisy_line(rng=np.random.default_rng(0))
    assert (x.shape, x.dtype) == ((50,), np.float64)
    assert (y.shape, y.dtype) == ((50,), np.float64)


def test_without_noise_the_points_lie_on_the_line():
    x, y = make_noisy_line(20, slope=-3, intercept=4, noise=0, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(y, 4 - 3 * x)
    assert x.min() >= -1
    assert x.max() < 1


def test_the_least_squares_line_and_its_residuals_are_what_was_asked_for():
    x, y = make_noisy_line(100_000, slope=2, intercept=1, noise=0.5, rng=np.random.default_rng(0))
    slope, intercept = np.polyfit(x, y, 1)
    assert abs(slope - 2) < 0.02
    assert abs(intercept - 1) < 0.01
    assert abs(np.std(y - slope * x - intercept) - 0.5) < 0.01
