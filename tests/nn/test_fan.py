import numpy as np
import pytest

from gradschool.nn import fans


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((784, 128), (784, 128)),
        ((1, 5), (1, 5)),
        ((6, 1, 5, 5), (25, 150)),  # LeNet's first filters
        ((16, 6, 5, 5), (150, 400)),
        ((8, 4, 3), (12, 24)),
    ],
)
def test_counted_by_hand(shape, expected):
    assert fans(shape) == expected


@pytest.mark.parametrize("shape", [(6, 1, 5, 5), (8, 4, 3, 2), (3, 7, 1, 1)])
def test_filters_have_pytorchs_fans(shape):
    torch = pytest.importorskip("torch")
    assert fans(shape) == torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


def test_filters_feed_and_sum_up_what_their_fans_say():
    """A window of one channel's image reaches every filter once at each of its places; a filter sums a whole window."""
    filters = np.ones((5, 2, 3, 4))
    fan_in, fan_out = fans(filters.shape)
    assert fan_in == filters[0].size
    assert fan_out == filters[:, 0].size


@pytest.mark.parametrize("shape", [(), (5,)])
def test_a_vector_has_no_fans(shape):
    with pytest.raises(ValueError) as caught:
        fans(shape)
    assert str(caught.value) == f"fans takes the shape of weights, with two axes or more, got {shape}"
