import numpy as np
import pytest

from gradschool.nn.layers.axis_windows import AxisWindows, rows_and_columns
from gradschool.nn.layers.window import pool_window


@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("stride", [1, 2, 5])
@pytest.mark.parametrize("padding", [0, 1, 2, 3])
def test_the_slices_gather_the_pixels_of_every_window(kernel, stride, padding):
    if 2 * padding > kernel:
        return
    x = np.arange(1.0, 8)  # seven pixels; 0 stands for the padding
    windows = AxisWindows(0, kernel, stride, padding)
    (places,) = windows.places(x)
    gathered = np.zeros((places, kernel))
    for pixel, (there, here) in enumerate(windows.slices(places, len(x))):
        gathered[(*there, pixel)] = x[here]
    padded = np.pad(x, padding)
    starts = range(0, len(padded) - kernel + 1, stride)
    np.testing.assert_array_equal(gathered, [padded[start : start + kernel] for start in starts])


def test_only_the_axis_is_indexed():
    windows = AxisWindows(2, 2, 2, 0)
    assert windows.places(np.zeros((3, 4, 5, 6))) == (3, 4, 2, 6)
    everything = slice(None)
    assert windows.slices(2, 5)[1] == ((everything, everything, slice(0, 2)), (everything, everything, slice(1, 4, 2)))


def test_a_number_stands_for_both_axes_and_the_stride_is_the_kernel():
    assert rows_and_columns(pool_window(2, None, 0)) == (AxisWindows(2, 2, 2, 0), AxisWindows(3, 2, 2, 0))
    assert rows_and_columns(pool_window((4, 3), (1, 5), (2, 0))) == (AxisWindows(2, 4, 1, 2), AxisWindows(3, 3, 5, 0))


def test_windows_of_nothing_but_padding_are_refused():
    with pytest.raises(ValueError, match="pooling takes images with pixels, got none along axis 2"):
        AxisWindows(2, 2, 2, 1).places(np.zeros((1, 1, 0, 4)))
