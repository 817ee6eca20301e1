import numpy as np
import pytest

from gradschool import nn
from gradschool.nn.layers.places import places
from gradschool.nn.layers.receptive_field import receptive_field
from gradschool.nn.layers.window import Window, pool_window


def test_that_of_lenet():
    windows = [Window((5, 5)), pool_window(2), Window((5, 5)), pool_window(2)]
    assert receptive_field(windows) == Window((16, 16), (4, 4))


def test_no_layer_sees_one_pixel_and_one_layer_sees_its_window():
    assert receptive_field([]) == Window((1, 1))
    window = Window((3, 2), (2, 3), padding=(1, 0, 2, 1))
    assert receptive_field([window]) == window


@pytest.mark.parametrize("size", [(29, 30), (31, 37)])
def test_several_windows_have_as_many_places_as_the_one(size):
    windows = [Window((3, 2), (2, 1), (1, 2), (1, 0, 2, 1)), pool_window(3, 2, 1), Window((2, 3), padding=(0, 1, 1, 0))]
    shape = size
    for window in windows:
        shape = places(shape, window)
    assert places(size, receptive_field(windows)) == shape


def test_it_is_where_the_gradient_of_one_output_is():
    rng = np.random.default_rng(0)
    layers = [
        nn.Conv2d(1, 2, (3, 2), padding=1, rng=rng),
        nn.AvgPool2d(2),
        nn.Conv2d(2, 1, (2, 3), stride=(1, 2), dilation=(2, 1), rng=rng),
    ]
    model = nn.Sequential(*layers)
    dy = np.zeros_like(model.forward(rng.normal(size=(1, 1, 20, 30))))
    dy[0, 0, 2, 3] = 1
    rows, columns = np.nonzero(model.backward(dy)[0, 0])
    (h, w), (down, across), _, (top, _, left, _) = receptive_field([layer.window for layer in layers])
    assert (rows.min(), rows.max()) == (2 * down - top, 2 * down - top + h - 1)
    assert (columns.min(), columns.max()) == (3 * across - left, 3 * across - left + w - 1)
