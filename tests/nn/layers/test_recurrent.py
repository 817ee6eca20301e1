"""What the recurrent layers have in common."""

import numpy as np
import pytest

from gradschool import nn

KINDS = [nn.RNN, nn.LSTM, nn.GRU]
T, N, D, H = 7, 4, 3, 5


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def make(kind, *, inputs=D, hidden=H, **options):
    """A layer with no parameter at zero."""
    rng = np.random.default_rng(1)
    layer = kind(inputs, hidden, rng=rng, **options)
    for parameter in layer.parameters():
        parameter.value += 0.3 * rng.normal(size=parameter.shape)
    return layer


def drawn(kind, shape=(N, H), seed=2):
    """A state, or the gradient with respect to one: an array, or a pair for LSTM."""
    rng = np.random.default_rng(seed)
    return tuple(rng.normal(size=(2, *shape))) if kind is nn.LSTM else rng.normal(size=shape)


def test_a_sequence_in_two_parts_is_the_whole(kind):
    """The state is handed on from the first part to the second, and its gradient back."""
    rng = np.random.default_rng(3)
    x, dy, state = rng.normal(size=(T, N, D)), rng.normal(size=(T, N, H)), drawn(kind)
    layer = make(kind)
    y = layer.forward(x, state=state)
    final = layer.final_state
    dx = layer.backward(dy)
    dstate, want = layer.dstate, [p.grad.copy() for p in layer.parameters()]

    layer.zero_grad()
    first = layer.forward(x[:3], state=state)
    middle = layer.final_state
    second = layer.forward(x[3:], state=middle)
    np.testing.assert_allclose(np.concatenate([first, second]), y, rtol=1e-12)
    np.testing.assert_allclose(layer.final_state, final, rtol=1e-12)
    dx_second = layer.backward(dy[3:])
    handed_back = layer.dstate
    layer.forward(x[:3], state=state)
    dx_first = layer.backward(dy[:3], dstate=handed_back)
    np.testing.assert_allclose(np.concatenate([dx_first, dx_second]), dx, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(layer.dstate, dstate, rtol=1e-10, atol=1e-13)
    for parameter, gradient in zip(layer.parameters(), want, strict=True):
        np.testing.assert_allclose(parameter.grad, gradient, rtol=1e-10, atol=1e-12)


def test_the_gradient_of_the_first_state_is_the_slope(kind):
    rng = np.random.default_rng(4)
    x, dy, state, dstate = rng.normal(size=(3, N, D)), rng.normal(size=(3, N, H)), drawn(kind), drawn(kind, seed=5)
    layer = make(kind)

    def end(states):
        y = layer.forward(x, state=tuple(states) if kind is nn.LSTM else states)
        return np.sum(y * dy) + np.sum(np.multiply(layer.final_state, dstate))

    state = np.array(state)
    slope = np.empty_like(state)
    for entry in np.ndindex(state.shape):
        step = np.zeros_like(state)
        step[entry] = 1e-5
        slope[entry] = (end(state + step) - end(state - step)) / 2e-5
    end(state)
    layer.backward(dy, dstate=dstate)
    np.testing.assert_allclose(layer.dstate, slope, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("n", [50, 130])
def test_a_large_batch_adds_what_its_sequences_add_one_by_one(kind, n):
    """The gradients of a large batch are summed over few steps at a time, those of a small one over many."""
    rng = np.random.default_rng(9)
    x, dy = rng.normal(size=(5, n, D)), rng.normal(size=(5, n, H))
    layer, other = make(kind), make(kind)
    layer.forward(x)
    dx = layer.backward(dy)
    for i in range(n):
        other.forward(x[:, [i]])
        np.testing.assert_allclose(other.backward(dy[:, [i]]), dx[:, [i]], rtol=1e-9, atol=1e-12)
    for p, q in zip(layer.parameters(), other.parameters(), strict=True):
        np.testing.assert_allclose(p.grad, q.grad, rtol=1e-9, atol=1e-11)


def test_last_is_the_last_of_all(kind):
    rng = np.random.default_rng(6)
    x, dy = rng.normal(size=(T, N, D)), rng.normal(size=(N, H))
    every, last = make(kind), make(kind, last=True)
    y = last.forward(x)
    np.testing.assert_array_equal(y, every.forward(x)[-1])
    y += 1
    np.testing.assert_array_equal(last.final_state, every.final_state)
    all_dy = np.zeros((T, N, H))
    all_dy[-1] = dy
    np.testing.assert_allclose(last.backward(dy), every.backward(all_dy), rtol=1e-12, atol=1e-15)
    for one, other in zip(last.parameters(), every.parameters(), strict=True):
        np.testing.assert_allclose(one.grad, other.grad, rtol=1e-12, atol=1e-15)


def test_what_is_handed_out_may_be_changed(kind):
    rng = np.random.default_rng(7)
    x, dy = rng.normal(size=(T, N, D)), rng.normal(size=(T, N, H))
    layer, other = make(kind), make(kind)
    state = drawn(kind)
    y = layer.forward(x, state=state)
    other.forward(x, state=state)
    y += 1
    np.testing.assert_array_equal(layer.final_state, other.final_state)
    for array in (*np.atleast_1d(layer.final_state), *np.atleast_1d(state)):
        array += 1
    np.testing.assert_array_equal(layer.backward(dy), other.backward(dy))


def test_the_state_is_neither_learnt_nor_saved(kind):
    layer = make(kind)
    layer.backward(layer.forward(np.ones((T, N, D))))
    assert list(layer.state()) == list(layer.named_parameters())
    assert not layer.generators()
    assert not layer.named_layers()


def test_accumulate_takes_the_gradient_of_the_final_state(kind):
    rng = np.random.default_rng(8)
    x, dy, dstate = rng.normal(size=(T, N, D)), rng.normal(size=(T, N, H)), drawn(kind)
    one, other = make(kind), make(kind)
    one.forward(x)
    other.forward(x)
    one.backward(dy, dstate=dstate)
    other.accumulate(dy, dstate=dstate)
    np.testing.assert_array_equal(one.dstate, other.dstate)
    for p, q in zip(one.parameters(), other.parameters(), strict=True):
        np.testing.assert_array_equal(p.grad, q.grad)


def test_large_numbers_saturate_without_a_warning(kind):
    layer = make(kind).astype(np.float32)
    x = np.float32([1e4, -1e4]).reshape(2, 1, 1) * np.ones((1, N, D), np.float32)
    assert np.all(np.abs(layer.forward(x)) <= 1)
    assert np.all(np.isfinite(layer.backward(np.ones((2, N, H), np.float32))))


def test_a_state_takes_the_dtype_of_the_layer(kind):
    layer = make(kind).astype(np.float32)
    state = drawn(kind)
    y = layer.forward(np.ones((T, N, D), np.float32), state=state)
    layer.backward(y, dstate=state)
    arrays = [y, *np.atleast_1d(layer.final_state), *np.atleast_1d(layer.dstate)]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("shape", "dtype", "advice"),
    [
        ((0, 4, 32), float, "; a sequence has one step or more"),
        ((4, 32), float, "; x[:, None] is a batch of one sequence"),
        ((9, 4), int, "; put Embedding(...) before it if x holds indices"),
        ((9, 4, 31), float, ""),
        ((9, 4, 32, 1), float, ""),
    ],
)
def test_the_error_says_what_to_do_next(kind, shape, dtype, advice):
    with pytest.raises(ValueError) as caught:
        make(kind, inputs=32, hidden=64).forward(np.zeros(shape, dtype))
    assert str(caught.value) == f"{kind.__name__}(32, 64) takes x of shape (T, N, 32), got {shape}{advice}"


def test_a_state_of_another_shape_is_refused(kind):
    layer = make(kind)
    text = f"{kind.__name__}(3, 5) takes a state of shape (N, H) = (4, 5), got (1, 5)"
    with pytest.raises(ValueError) as caught:
        layer.forward(np.ones((T, N, D)), state=drawn(kind, (1, H)))
    assert str(caught.value) == text
    y = layer.forward(np.ones((T, N, D)))
    with pytest.raises(ValueError) as caught:
        layer.backward(y, dstate=drawn(kind, (1, H)))
    assert str(caught.value) == text


def test_a_state_of_lstm_that_is_no_pair_is_refused():
    with pytest.raises(ValueError) as caught:
        make(nn.LSTM).forward(np.ones((T, N, D)), state=np.zeros((N, H)))
    assert str(caught.value) == "LSTM(3, 5) takes a state (h, c), two arrays of shape (N, H) = (4, 5)"


@pytest.mark.parametrize(
    ("last", "shape", "text"),
    [
        (
            False,
            (4, 5),
            "backward takes dy of shape (T, N, H) with T = 7, got (4, 5); "
            "last=True is for the gradient of the last step only",
        ),
        (False, (6, 4, 5), "backward takes dy of shape (T, N, H) with T = 7, got (6, 4, 5)"),
        (False, (8, 4, 5), "backward takes dy of shape (T, N, H) with T = 7, got (8, 4, 5)"),
        (True, (7, 4, 5), "backward takes dy of shape (N, H), as last=True gives the last step only, got (7, 4, 5)"),
    ],
)
def test_a_dy_of_other_steps_is_refused(kind, last, shape, text):
    layer = make(kind, last=last)
    layer.forward(np.ones((T, N, D)))
    for passed in (layer.backward, layer.accumulate):
        with pytest.raises(ValueError) as caught:
            passed(np.zeros(shape))
        assert str(caught.value) == text
    assert not any(parameter.grad.any() for parameter in layer.parameters())
