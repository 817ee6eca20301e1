"""Graphs, leaves, dtypes and errors."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from gradschool import nn
from gradschool.nn import autograd
from gradschool.nn.autograd import Tensor, flow, no_grad, operation, order, unbroadcast


def leaf(value):
    return Tensor(value, requires_grad=True)


def test_a_value_used_twice_gets_both_shares():
    x = leaf(3.0)
    (x * x + x).backward()  # 2x + 1
    assert x.grad == 7.0


def test_a_diamond_worked_by_hand():
    a = leaf(2.0)
    b, c = a * 3.0, a**2
    d = b * c  # 3a³, so 9a² = 36
    d.backward()
    assert a.grad == 36.0
    assert [g.item() for node, g in flow(d, np.ones(())) if node in (b, c)] in ([4.0, 6.0], [6.0, 4.0])


def test_a_ladder_of_diamonds_is_walked_once_and_not_once_for_each_path():
    x = leaf(1.0)
    y = x
    for _ in range(200):
        y = y * 0.5 + y * 0.5
    y.backward()
    assert x.grad == 1.0
    assert len(order(y)) == 1 + 3 * 200


def test_a_late_use_of_an_early_value():
    x = leaf(2.0)
    y = x * 1.0
    for _ in range(5):
        y = y + x  # y = 6x
    (y * x).backward()  # 6x²
    assert x.grad == 24.0


def test_the_order_puts_each_tensor_after_all_that_use_it(rng):
    tensors = [leaf(1.0)]
    for _ in range(60):
        i, j = rng.integers(len(tensors), size=2)
        tensors.append(tensors[i] + tensors[j])
    total = tensors[0]
    for tensor in tensors[1:]:
        total = total + tensor
    walk = order(total)
    place = {id(tensor): i for i, tensor in enumerate(walk)}
    assert len(place) == len(walk)
    assert all(place[id(node)] < place[id(parent)] for node in walk for parent in node.parents)


def test_a_chain_of_100_000_operations_forward_backward_and_deleted():
    x = leaf(1.0)
    y = x
    for _ in range(100_000):
        y = y + 1e-5
    y.backward()
    assert x.grad == 1.0
    graph = [y]
    del y
    before = threading.stack_size(256 * 1024)  # a recursion would need more than this
    try:
        thread = threading.Thread(target=graph.clear)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert not graph


def test_a_second_backward_adds_the_same_once_more():
    x = leaf([1.0, 2.0])
    y = (x * x).sum()
    y.backward()
    y.backward()
    np.testing.assert_array_equal(x.grad, [4.0, 8.0])
    x.zero_grad()
    assert x.grad is None


def test_a_gradient_is_its_own_array():
    a, b, dy = leaf([1.0]), leaf([1.0]), np.ones(1)
    y = a + b
    y.backward(dy)
    y.backward(dy)
    assert (a.grad, b.grad, dy) == ([2.0], [2.0], [1.0])
    assert not np.shares_memory(a.grad, b.grad)


def test_only_leaves_that_want_one_have_a_gradient():
    x, constant = leaf([1.0]), Tensor([2.0])
    y = x * constant
    z = y * 3.0
    z.backward()
    assert x.grad == [6.0]
    assert y.grad is None
    assert constant.grad is None
    assert not (constant * 2).requires_grad
    assert (constant * 2).is_leaf


def test_a_leaf_is_its_own_graph():
    x = leaf(2.0)
    x.backward()
    assert x.grad == 1.0


def test_a_parameter_stands_wherever_a_tensor_may(rng):
    layer = nn.Dense(3, 2, rng=rng)
    x, dy = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    layer.forward(x)
    layer.backward(dy)
    dW, db = layer.W.grad.copy(), layer.b.grad.copy()
    kept = layer.W.grad
    (Tensor(x) @ layer.W + layer.b).backward(dy)
    np.testing.assert_allclose(layer.W.grad, 2 * dW, rtol=1e-12)
    np.testing.assert_allclose(layer.b.grad, 2 * db, rtol=1e-12)
    assert layer.W.grad is kept
    W = Tensor.of(layer.W)
    (W * W).sum().backward()
    np.testing.assert_allclose(layer.W.grad, 2 * dW + 2 * layer.W.value, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_goes_in_and_comes_out(dtype, rng):
    x = leaf(rng.uniform(1, 2, size=(3, 4)).astype(dtype))
    for f in (
        lambda x: x * 2.0 + 1,
        lambda x: 2**x,
        lambda x: x**0.5,
        lambda x: x**2 / 3,
        lambda x: x.mean(),
        lambda x: x.max(0) - x.min(1)[0],
        lambda x: autograd.erf(x) + autograd.softmax(x),
        lambda x: autograd.where(x > 1.5, x, 0.0),
        lambda x: autograd.maximum(x, 1.5),
        lambda x: x @ x.T,
        lambda x: autograd.concatenate([x, x[[0, 0]]]),
        lambda x: autograd.clip(x, 1.2, 1.8).relu().sigmoid(),
        lambda x: autograd.log_sum_exp(x, axis=0),
    ):
        x.zero_grad()
        y = f(x)
        assert y.dtype == dtype
        y.sum().backward()
        assert x.grad.dtype == dtype


def test_whole_numbers_become_float64():
    for data in ([1, 2], np.arange(3), [True, False], 3):
        assert Tensor(data).dtype == np.float64


def test_an_array_is_held_and_not_copied():
    array = np.ones(2)
    assert Tensor(array).data is array
    assert Tensor(array).detach().data is array


def test_nothing_is_recorded_without_a_tape():
    x = leaf(1.0)
    with no_grad():
        y = x * 2
        with no_grad():
            pass
        z = x * 2
    assert not y.requires_grad
    assert not z.requires_grad
    assert y.is_leaf
    assert (x * 2).requires_grad

    @no_grad()
    def predict(x):
        return predict(x * 2) if x.data < 8 else x * 2

    assert predict(x).item() == 16.0
    assert not predict(x).requires_grad
    assert (x * 2).requires_grad


def test_an_exception_ends_the_time_without_a_tape():
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert (leaf(1.0) * 2).requires_grad


def test_each_thread_has_its_own_switch():
    found = []
    with no_grad():
        thread = threading.Thread(target=lambda: found.append((leaf(1.0) * 2).requires_grad))
        thread.start()
        thread.join()
    assert found == [True]


def test_detach_lets_no_gradient_through():
    x = leaf(3.0)
    (x * x.detach()).backward()
    assert x.grad == 3.0


def test_comparisons_are_plain_arrays_and_a_tensor_is_known_by_identity():
    x, y = Tensor([1.0, 2.0]), Tensor([2.0, 2.0])
    for found, expected in [
        (x < y, [True, False]),
        (x <= y, [True, True]),
        (x > 1, [False, True]),
        (x >= 1, [True, True]),
        (x == y, [False, True]),
        (x != y, [True, False]),
    ]:
        assert type(found) is np.ndarray
        np.testing.assert_array_equal(found, expected)
    assert len({x, y, x}) == 2


def test_what_an_array_can_do():
    x = Tensor([[1.0, 2.0, 3.0]])
    assert (x.shape, x.ndim, x.size, len(x), x.dtype) == ((1, 3), 2, 3, 1, np.float64)
    assert x.numpy() is x.data
    assert [row.item() for row in x[0]] == [1.0, 2.0, 3.0]
    assert float(Tensor(2.5)) == 2.5
    assert bool(Tensor(1.0))
    assert repr(leaf([1.0, 2.0])) == "Tensor([1., 2.], requires_grad=True)"
    assert repr(Tensor(2.0)) == "Tensor(2.)"
    np.testing.assert_array_equal(np.asarray(x), x.data)
    assert Tensor.of(x) is x


def test_backward_of_many_numbers_asks_for_their_gradient():
    x = leaf([1.0, 2.0])
    with pytest.raises(ValueError, match=r"^backward\(\) begins at one number, and this tensor has the shape \(2,\)"):
        (x * 2).backward()
    (x * 2).backward([1.0, 10.0])
    np.testing.assert_array_equal(x.grad, [2.0, 20.0])


def test_backward_refuses_a_gradient_of_another_shape():
    with pytest.raises(ValueError, match=r"takes dy of the tensor's own shape \(2,\), got \(3,\)$"):
        leaf([1.0, 2.0]).backward(np.ones(3))


def test_backward_of_what_was_not_recorded_says_so():
    with pytest.raises(ValueError, match=r"^backward\(\) has nothing to do"):
        Tensor(1.0).backward()
    with no_grad():
        y = leaf(1.0) * 2
    with pytest.raises(ValueError, match="nothing to do"):
        y.backward()


def test_numpys_functions_refuse_a_tensor_that_wants_a_gradient():
    with pytest.raises(TypeError, match="does not support ufuncs"):
        np.exp(leaf(1.0))
    with pytest.raises(TypeError, match=r"from gradschool\.nn\.autograd"):
        np.mean(np.asarray(leaf([1.0])))


def test_a_tensor_of_a_tensor_would_lose_the_gradient_and_is_refused():
    with pytest.raises(TypeError, match=r"^a tensor was made of a tensor, .* Tensor\.of\(x\)"):
        Tensor(leaf(1.0))
    assert Tensor(Tensor(1.0)).item() == 1.0


def test_what_is_no_number_is_refused():
    with pytest.raises(TypeError, match=r"^a tensor holds real numbers, got str"):
        Tensor("one")
    with pytest.raises(TypeError, match="complex128"):
        Tensor([1j])


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="has no attribute 'tan'"):
        autograd.tan  # noqa: B018


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (1, 3), (2, 1), (1, 1), (5, 2, 3), (5, 1, 1), (1, 2, 1)])
def test_broadcasting_undone_is_the_transpose_of_broadcasting(shape, rng):
    x, dy = rng.normal(size=shape), rng.normal(size=(5, 2, 3))
    back = unbroadcast(dy, shape)
    assert back.shape == shape
    np.testing.assert_allclose(np.sum(back * x), np.sum(dy * np.broadcast_to(x, dy.shape)), rtol=1e-10)


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value encountered")
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_the_mean_of_no_numbers_has_a_gradient_without_numbers(axis):
    x = leaf(np.zeros((0, 3)))
    x.mean(axis=axis).sum().backward()
    assert x.grad.shape == (0, 3)


def test_an_operation_of_ones_own(rng):
    calls = []

    @operation(lambda dy, y, a, k: 3 * k * a**2 * dy)
    def cubed(a, k):
        """Return k a³."""
        return k * a**3

    @operation(lambda dy, kept, a: calls.append(kept) or dy * kept, None, keeps=True)
    def kept(a, b):
        return a * 2 + b, np.full(a.shape, 2.0)

    @operation(together=lambda dy, y, a, b: (dy * b, dy * a))
    def product(a, b):
        return a * b

    x = leaf([1.0, 2.0])
    cubed(x, k=2.0).sum().backward()
    np.testing.assert_array_equal(x.grad, [6.0, 24.0])
    assert cubed.__doc__ == "Return k a³."
    (product(x, x)).sum().backward()
    np.testing.assert_array_equal(x.grad, [8.0, 28.0])
    with pytest.raises(TypeError, match="and not both"):
        operation()
    with pytest.raises(TypeError, match="and not both"):
        operation(None, together=lambda: None)


def test_what_an_operation_keeps_reaches_its_derivatives():
    @operation(lambda dy, mask, a, p: dy * mask, keeps=True)
    def dropped(a, p):
        mask = np.array([0.0, 2.0])
        return a * mask, mask

    x = leaf([1.0, 2.0])
    y = dropped(x, p=0.5)
    dropped(x * 5, p=0.5)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [0.0, 2.0])
