import numpy as np
import pytest

from gradschool.nn.layers.images import pair, require_images
from gradschool.nn.layers.places import output_size


@pytest.mark.parametrize(
    ("value", "want"), [(3, (3, 3)), ((2, 5), (2, 5)), ([2, 5], (2, 5)), (np.int64(4), (4, 4)), ((0, 1), (0, 1))]
)
def test_a_number_is_meant_for_both_axes(value, want):
    assert pair(value, "kernel", least=0) == want


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.5, "stride is a whole number or a pair (h, w) of them, got 2.5"),
        ("2", "stride is a whole number or a pair (h, w) of them, got '2'"),
        (None, "stride is a whole number or a pair (h, w) of them, got None"),
        ((1, 2, 3), "stride is a whole number or a pair (h, w) of them, got (1, 2, 3)"),
        ((1,), "stride is a whole number or a pair (h, w) of them, got (1,)"),
        (0, "stride is 1 or more, got 0"),
        ((2, -1), "stride is 1 or more, got (2, -1)"),
    ],
)
def test_what_is_no_pair_is_refused(value, text):
    with pytest.raises(ValueError) as caught:
        pair(value, "stride")
    assert str(caught.value) == text


@pytest.mark.parametrize("size", [5, 6, 7])
@pytest.mark.parametrize("kernel", [1, 2, 3])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, (0, 2)])
@pytest.mark.parametrize("dilation", [1, 2])
def test_the_output_has_as_many_pixels_as_the_window_has_places(size, kernel, stride, padding, dilation):
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    starts = range(-before, size + after, stride)
    places = [one for one in starts if one + dilation * (kernel - 1) < size + after]
    assert output_size(size, kernel, stride, padding, dilation) == len(places)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((4, 5, 1, 0), "a window that spans 5 pixels is larger than an image of 4; "),
        ((2, 5, 1, 1), "a window that spans 5 pixels is larger than an image of 2 with a padding of 1 and 1; "),
        ((2, 3, 2, (0, 1), 2), "a window that spans 5 pixels is larger than an image of 2 with a padding of 0 and 1; "),
    ],
)
def test_a_window_larger_than_the_image_is_refused(arguments, text):
    with pytest.raises(ValueError) as caught:
        output_size(*arguments)
    assert str(caught.value) == text + "take a smaller kernel or dilation, or more padding"


@pytest.mark.parametrize(
    ("shape", "channels", "text"),
    [
        ((8, 28, 28, 3), 3, "(N, 3, H, W), got (8, 28, 28, 3); x.transpose(0, 3, 1, 2) if the channels come last"),
        ((8, 28, 28), 1, "(N, 1, H, W), got (8, 28, 28); x[:, None] gives grey images their channel"),
        ((8, 28, 28), None, "(N, C, H, W), got (8, 28, 28); x[:, None] gives grey images their channel"),
        ((3, 28, 28), 3, "(N, 3, H, W), got (3, 28, 28); x[None] is a batch of one"),
        ((8, 784), 1, "(N, 1, H, W), got (8, 784); x.reshape(-1, 1, H, W) if its rows are images"),
        ((8, 784), None, "(N, C, H, W), got (8, 784); x.reshape(-1, C, H, W) if its rows are images"),
        ((8, 4, 28, 28), 3, "(N, 3, H, W), got (8, 4, 28, 28)"),
    ],
)
def test_the_error_says_what_to_do_next(shape, channels, text):
    with pytest.raises(ValueError) as caught:
        require_images("Layer(3)", np.zeros(shape), channels)
    assert str(caught.value) == f"Layer(3) takes x of shape {text}"


@pytest.mark.parametrize("channels", [None, 3])
def test_images_pass(channels):
    require_images("Layer(3)", np.zeros((8, 3, 5, 4)), channels)
