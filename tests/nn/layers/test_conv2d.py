import numpy as np
import pytest

from gradschool.nn import Conv2d, fans, zeros
from gradschool.nn.layers.fast_correlation import blocks


def conv2d(inputs, outputs, kernel, **options):
    """A layer whose W and b are drawn."""
    rng = np.random.default_rng(0)
    layer = Conv2d(inputs, outputs, kernel, **options, rng=rng)
    layer.b.value[...] = rng.normal(size=outputs)
    return layer


def loops(x, W, b, stride=(1, 1), dilation=(1, 1)):
    """The definition, pixel by pixel; x has its padding."""
    n, channels, h, w = x.shape
    outputs, _, kh, kw = W.shape
    oh = len(range(0, h - dilation[0] * (kh - 1), stride[0]))
    ow = len(range(0, w - dilation[1] * (kw - 1), stride[1]))
    y = np.zeros((n, outputs, oh, ow))
    for image, o, u, v in np.ndindex(y.shape):
        y[image, o, u, v] = b[o]
        for c, i, j in np.ndindex(channels, kh, kw):
            pixel = x[image, c, stride[0] * u + dilation[0] * i, stride[1] * v + dilation[1] * j]
            y[image, o, u, v] += W[o, c, i, j] * pixel
    return y


def test_worked_by_hand():
    layer = Conv2d(1, 1, 2, init=zeros, rng=np.random.default_rng(0))
    layer.W.value[...] = [[[[1, 2], [0, -1]]]]
    layer.b.value[...] = 10
    x = np.array([[[[1.0, 0.0, 2.0], [3.0, 1.0, 0.0], [0.0, 2.0, 1.0]]]])
    np.testing.assert_array_equal(layer.forward(x), [[[[10, 14], [13, 10]]]])
    dx = layer.backward(np.array([[[[1.0, 0.0], [2.0, -1.0]]]]))
    np.testing.assert_array_equal(dx, [[[[1, 2, 0], [2, 2, -2], [0, -2, 1]]]])
    np.testing.assert_array_equal(layer.W.grad, [[[[6, 2], [1, 4]]]])
    np.testing.assert_array_equal(layer.b.grad, [2])


def test_a_single_bright_pixel_shows_the_filter_turned_about():
    layer = Conv2d(1, 1, 3, padding=1, init=zeros, rng=np.random.default_rng(0))
    layer.W.value[...] = np.arange(1, 10).reshape(3, 3)
    x = np.zeros((1, 1, 3, 3))
    x[..., 1, 1] = 1
    np.testing.assert_array_equal(layer.forward(x)[0, 0], [[9, 8, 7], [6, 5, 4], [3, 2, 1]])


OPTIONS = [
    {},
    {"stride": 2},
    {"stride": (1, 3), "padding": (0, 2)},
    {"stride": (3, 1), "padding": (2, 1)},
    {"dilation": 2, "padding": 2},
    {"dilation": (1, 3), "stride": (2, 1), "padding": (0, 4)},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_agrees_with_loops(options):
    layer = conv2d(2, 3, (3, 2), **options)
    x = np.random.default_rng(1).normal(size=(2, 2, 8, 7))
    (_, stride, dilation, (top, bottom, left, right)) = layer.window
    padded = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    want = loops(padded, layer.W.value, layer.b.value, stride, dilation)
    np.testing.assert_allclose(layer.forward(x), want, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("options", OPTIONS)
def test_backward_is_the_transpose_of_forward(options):
    rng = np.random.default_rng(2)
    layer = conv2d(2, 3, (3, 2), **options)
    x = rng.normal(size=(2, 2, 8, 7))
    y = layer.forward(x) - layer.b.value[:, None, None]
    dy = rng.normal(size=y.shape)
    dx = layer.backward(dy)
    assert np.sum(y * dy) == pytest.approx(np.sum(x * dx), rel=1e-12)
    assert np.sum(y * dy) == pytest.approx(np.sum(layer.W.value * layer.W.grad), rel=1e-12)
    np.testing.assert_allclose(layer.b.grad, dy.sum(axis=(0, 2, 3)), rtol=1e-12)


def test_pixels_that_no_window_reaches_have_no_gradient():
    layer = conv2d(1, 2, 2, stride=3)
    y = layer.forward(np.ones((1, 1, 7, 6)))
    dx = layer.backward(np.ones_like(y))[0, 0]
    covered = np.zeros((7, 6), dtype=bool)
    covered[np.ix_([0, 1, 3, 4], [0, 1, 3, 4])] = True
    np.testing.assert_array_equal(dx != 0, covered)


@pytest.mark.parametrize(("n", "size"), [(9, (6, 30)), (11, (7, 9)), (40, (3, 4))])
def test_images_are_convolved_one_by_one_and_together_alike(n, size):
    """Sizes for which blocks are of one image, of a few, and of many."""
    rng = np.random.default_rng(3)
    layer = conv2d(16, 16, 3, padding=1)
    x, dy = rng.normal(size=(n, 16, *size)), rng.normal(size=(n, 16, *size))
    y, dx = layer.forward(x), layer.backward(dy)
    dW = layer.W.grad.copy()
    layer.zero_grad()
    for i in range(n):
        np.testing.assert_allclose(layer.forward(x[i : i + 1])[0], y[i], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(layer.backward(dy[i : i + 1])[0], dx[i], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(layer.W.grad, dW, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("filters", [(1, 1, 1, 1), (6, 1, 5, 5), (32, 32, 3, 3), (512, 512, 3, 3)])
@pytest.mark.parametrize("places", [(1, 1), (10, 10), (32, 32)])
def test_blocks_cut_a_batch_into_parts_of_one_size_nearly(filters, places):
    for n in range(70):
        parts = list(blocks(n, filters, places))
        assert [i for part in parts for i in range(part.start, part.stop)] == list(range(n))
        sizes = {part.stop - part.start for part in parts}
        assert max(sizes, default=0) - min(sizes, default=0) <= 1
        assert max(sizes, default=1) <= 32


@pytest.mark.parametrize(
    ("kernel", "dilation", "sides"), [(3, 1, (1, 1, 1, 1)), ((2, 5), (3, 1), (1, 2, 2, 2)), (1, 1, (0, 0, 0, 0))]
)
def test_same_padding_keeps_the_size(kernel, dilation, sides):
    layer = conv2d(1, 2, kernel, padding="same", dilation=dilation)
    assert layer.window.padding == sides
    assert layer.forward(np.ones((2, 1, 5, 6))).shape == (2, 2, 5, 6)


def test_valid_padding_is_none():
    assert conv2d(1, 2, 3, padding="valid").window == conv2d(1, 2, 3).window


def test_starts_as_init_draws_it_and_the_bias_at_zero():
    def init(shape, *, rng):
        return rng.normal(size=shape)

    layer = Conv2d(4, 3, (2, 5), init=init, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(layer.W.value, np.random.default_rng(5).normal(size=(3, 4, 2, 5)))
    np.testing.assert_array_equal(layer.b.value, np.zeros(3))
    assert layer.W.decay
    assert not layer.b.decay


def test_the_default_init_is_glorots_for_the_pixels_of_a_window():
    layer = Conv2d(4, 6, 5, rng=np.random.default_rng(0))
    assert fans(layer.W.shape) == (100, 150)
    assert 0.95 < np.abs(layer.W.value).max() / np.sqrt(6 / 250) <= 1


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((32, 28, 28), "(N, 3, H, W), got (32, 28, 28)"),
        ((32, 28, 28, 3), "(N, 3, H, W), got (32, 28, 28, 3); x.transpose(0, 3, 1, 2) if the channels come last"),
        ((3, 28, 28), "(N, 3, H, W), got (3, 28, 28); x[None] is a batch of one"),
    ],
)
def test_the_error_says_what_to_do_next(shape, text):
    with pytest.raises(ValueError) as caught:
        conv2d(3, 8, 3).forward(np.zeros(shape))
    assert str(caught.value) == f"Conv2d(3, 8, 3) takes x of shape {text}"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"kernel": 0}, "kernel is 1 or more, got 0"),
        ({"stride": (1, 0)}, "stride is 1 or more, got (1, 0)"),
        ({"dilation": 1.5}, "dilation is a whole number or a pair (h, w) of them, got 1.5"),
        ({"padding": -1}, "padding is 0 or more, got -1"),
        ({"padding": "full"}, 'padding is a number, a pair (h, w), "same" or "valid", got \'full\''),
        (
            {"padding": "same", "stride": 2},
            'padding="same" is for a stride of 1, got (2, 2); give the padding as a number',
        ),
    ],
)
def test_options_that_make_no_sense_are_refused(options, text):
    with pytest.raises(ValueError) as caught:
        conv2d(**{"inputs": 3, "outputs": 8, "kernel": 3, **options})
    assert str(caught.value) == text


def test_a_window_larger_than_the_image_is_refused():
    with pytest.raises(
        ValueError, match="a window that spans 5 pixels is larger than an image of 2 with a padding of 1"
    ):
        conv2d(1, 2, 3, padding=1, dilation=2).forward(np.zeros((4, 1, 6, 2)))
