import numpy as np
import pytest

from gradschool.nn import Dropout


def test_in_training_an_entry_is_dropped_or_scaled_up():
    x = np.random.default_rng(0).normal(size=(40, 50))
    y = Dropout(0.2, rng=np.random.default_rng(1)).forward(x, train=True)
    np.testing.assert_allclose(y[y != 0], x[y != 0] / 0.8, rtol=1e-14)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
def test_the_share_that_is_dropped_is_the_rate_and_the_mean_stays(rate):
    layer = Dropout(rate, rng=np.random.default_rng(2))
    y = layer.forward(np.ones((400, 250)), train=True)
    spread = np.sqrt(rate * (1 - rate) / y.size)
    assert np.mean(y == 0) == pytest.approx(rate, abs=5 * spread)
    assert y.mean() == pytest.approx(1, abs=5 * spread / (1 - rate))


def test_backward_has_the_mask_of_the_last_forward():
    layer = Dropout(0.5, rng=np.random.default_rng(3))
    masks = []
    for _ in range(2):
        masks.append(layer.forward(np.ones((3, 4, 5)), train=True))
        np.testing.assert_array_equal(layer.backward(np.full((3, 4, 5), 7.0)), 7 * masks[-1])
    assert (masks[0] != masks[1]).any()


def test_evaluation_is_the_identity_and_draws_nothing():
    rng = np.random.default_rng(4)
    layer, x = Dropout(0.5, rng=rng), np.ones((3, 4))
    layer.forward(x, train=True)
    state = rng.bit_generator.state
    assert layer.forward(x) is x
    np.testing.assert_array_equal(layer.backward(x), x)
    assert rng.bit_generator.state == state


def test_the_generator_is_found():
    rng = np.random.default_rng(5)
    assert Dropout(0.5, rng=rng).generators() == {"rng": rng}


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, float("nan")])
def test_a_rate_that_drops_everything_or_less_than_nothing_is_refused(rate):
    with pytest.raises(ValueError) as caught:
        Dropout(rate, rng=np.random.default_rng(0))
    assert str(caught.value) == f"rate is the probability to drop an entry, from 0 to below 1, got {rate}"
