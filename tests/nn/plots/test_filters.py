import numpy as np
import pytest

from gradschool import nn
from gradschool.nn.plots import plot_feature_maps, plot_filters

RNG = np.random.default_rng(0)


class Scale(nn.Layer):
    """Makes as many channels as it has factors, each the first channel times a factor."""

    def __init__(self, *factors):
        self.factors = np.array(factors)

    def forward(self, x, *, train=False):
        return x[:, :1] * self.factors[:, None, None]


class Mean(nn.Layer):
    def forward(self, x, *, train=False):
        return x.mean(axis=(2, 3))


def tiles(ax, height, width):
    """Cut the picture into its tiles by the gaps, which are masked."""
    picture = np.ma.filled(ax.images[0].get_array().astype(float), np.nan)
    gap = max(1, round(0.08 * max(height, width)))
    rows = range(0, picture.shape[0], height + gap)
    columns = range(0, picture.shape[1], width + gap)
    return [picture[i : i + height, j : j + width] for i in rows for j in columns]


def ticks(labels):
    return [label.get_text() for label in labels]


@pytest.mark.parametrize(("n", "across", "down"), [(3, 3, 1), (8, 4, 2), (12, 4, 3), (32, 8, 4), (33, 8, 5)], ids=str)
def test_filters_of_one_channel_are_tiles_in_order(n, across, down):
    weights = RNG.normal(size=(n, 1, 3, 5))
    ax = plot_filters(weights)
    found = tiles(ax, 3, 5)
    assert len(found) == across * down
    np.testing.assert_array_equal(found[:n], weights[:, 0])
    assert np.isnan(found[n:]).all()
    assert ticks(ax.get_xticklabels()) == [str(i) for i in range(across)]
    assert ticks(ax.get_yticklabels()) == ([] if down == 1 else [str(i * across) for i in range(down)])
    assert ax.get_title() == f"{n} filters"


def test_zero_is_in_the_middle_of_the_greys():
    image = plot_filters(np.array([[[[-3.0, 1.0]]]])).images[0]
    assert (image.norm.vmin, image.norm.vmax) == (-3, 3)
    np.testing.assert_allclose(image.to_rgba(np.array([0.0]))[0, :3], 0.5, atol=0.01)


def test_filters_of_three_channels_are_in_colour():
    weights = np.zeros((2, 3, 1, 1))
    weights[0, 0], weights[1, 2] = 2.0, -2.0
    picture = plot_filters(weights).images[0].get_array()
    np.testing.assert_allclose(picture[0, 0], [1, 0.5, 0.5, 1])
    np.testing.assert_allclose(picture[0, 2], [0.5, 0.5, 0, 1])
    assert picture[0, 1, 3] == 0


def test_filters_of_other_channels_are_rows():
    weights = RNG.normal(size=(3, 4, 2, 2))
    ax = plot_filters(weights)
    np.testing.assert_array_equal(tiles(ax, 2, 2), weights.reshape(12, 2, 2))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("input channel", "filter")
    assert ticks(ax.get_xticklabels()) == ["0", "1", "2", "3"]
    assert ticks(ax.get_yticklabels()) == ["0", "1", "2"]
    assert ax.get_title() == "3 filters, 4 channels"


@pytest.mark.parametrize(
    ("shape", "title"),
    [
        ((65, 1, 2, 2), "First 64 of 65 filters"),
        ((65, 3, 2, 2), "First 64 of 65 filters; grey is 0, full colour 1"),
        ((17, 16, 2, 2), "First 16 of 17 filters, 16 channels"),
        ((16, 32, 2, 2), "16 filters, First 16 of 32 channels"),
    ],
)
def test_of_too_many_the_first_are_drawn_and_the_title_says_so(shape, title):
    assert plot_filters(np.ones(shape)).get_title() == title


def test_a_layer_with_weights_is_taken():
    layer = nn.Layer()
    layer.W = nn.Parameter(RNG.normal(size=(2, 1, 2, 2)))
    np.testing.assert_array_equal(tiles(plot_filters(layer), 2, 2), layer.W.value[:, 0])


def test_what_has_no_filters_is_refused():
    with pytest.raises(
        ValueError, match=r"takes a convolution, or weights of shape \(O, C, rows, columns\), got \(2, 3\)"
    ):
        plot_filters(nn.Dense(2, 3, rng=RNG))


IMAGE = RNG.normal(size=(1, 4, 6))
FIRST, SECOND = Scale(1, 2), Scale(3, 4, 5)
MODEL = nn.Sequential(FIRST, nn.Sequential(SECOND), Mean())


@pytest.mark.parametrize(
    ("layer", "factors", "title"),
    [
        (None, [1, 2], "Scale, layers.0: 2 channels"),
        (0, [1, 2], "Scale, layers.0: 2 channels"),
        (FIRST, [1, 2], "Scale, layers.0: 2 channels"),
        (SECOND, [3, 4, 5], "Scale, layers.1.layers.0: 3 channels"),
        ("layers.1.layers.0", [3, 4, 5], "Scale, layers.1.layers.0: 3 channels"),
        (-2, [3, 4, 5], "Sequential, layers.1: 3 channels"),
    ],
)
@pytest.mark.parametrize("image", [IMAGE, IMAGE[None], IMAGE.astype(np.float32)])
def test_the_channels_of_the_chosen_layer_are_drawn(layer, factors, title, image):
    ax = plot_feature_maps(MODEL, image, layer)
    expected = [image.reshape(4, 6) * factor for factor in factors]
    np.testing.assert_allclose(tiles(ax, 4, 6), expected, rtol=1e-6)
    assert ax.get_title() == title
    assert ax.get_xlabel() == "channel"


def test_the_model_is_left_as_it_was():
    before = [dict(vars(layer)) for layer in MODEL.named_layers().values()]
    plot_feature_maps(MODEL, IMAGE)
    assert [vars(layer).keys() for layer in MODEL.named_layers().values()] == [b.keys() for b in before]


def test_and_also_if_it_fails():
    with pytest.raises(IndexError):
        plot_feature_maps(nn.Sequential(Mean(), broken := Mean()), IMAGE)
    assert "forward" not in vars(broken)


@pytest.mark.parametrize(
    ("image", "layer", "message"),
    [
        (IMAGE[0], None, r"takes one image of shape \(C, H, W\), got \(4, 6\); X\[0\] is one"),
        (np.ones((2, 1, 4, 6)), None, r".*got \(2, 1, 4, 6\)"),
        (IMAGE, 3, "finds no layer 3; the model has 3, counted from 0"),
        (
            IMAGE,
            "conv",
            r"finds no layer 'conv' in the model; it has layers.0 \(Scale\), layers.1.layers.0 \(Scale\), l",
        ),
        (IMAGE, 2, r"takes a layer that puts out \(N, C, H, W\), but Mean \(layers.2\) puts out \(1, 3\); choose one"),
    ],
)
def test_what_has_no_maps_is_refused(image, layer, message):
    with pytest.raises(ValueError, match=f"plot_feature_maps {message}"):
        plot_feature_maps(MODEL, image, layer)
