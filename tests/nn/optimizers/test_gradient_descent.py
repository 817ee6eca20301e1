import numpy as np
import pytest

from gradschool.nn import GradientDescent, Parameter


def test_worked_by_hand():
    """θ = 2, g = 3, η = 0.1, λ = 0.5: 2 - 0.1 (3 + 0.5 · 2) = 1.6; without decay 2 - 0.1 · 3 = 1.7."""
    weight, bias = Parameter([2.0]), Parameter([2.0], decay=False)
    for parameter in (weight, bias):
        parameter.grad[...] = 3
    GradientDescent([weight, bias], 0.1, weight_decay=0.5).step()
    assert weight.value == pytest.approx(1.6)
    assert bias.value == pytest.approx(1.7)
    assert weight.grad == bias.grad == 3


def test_agrees_with_pytorch_over_five_steps():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    ours = Parameter(rng.normal(size=(4, 3)))
    theirs = torch.nn.Parameter(torch.tensor(ours.value))
    optimizer, reference = (
        GradientDescent([ours], 0.1, weight_decay=0.3),
        torch.optim.SGD([theirs], 0.1, weight_decay=0.3),
    )
    for gradient in rng.normal(size=(5, 4, 3)):
        ours.grad[...] = gradient
        theirs.grad = torch.tensor(gradient)
        optimizer.step()
        reference.step()
    np.testing.assert_allclose(ours.value, theirs.detach().numpy(), rtol=1e-13)


def test_the_value_is_changed_in_place_and_keeps_its_dtype():
    parameter = Parameter(np.ones(2, dtype=np.float32))
    value = parameter.value
    parameter.grad += 1
    GradientDescent([parameter], 0.5, weight_decay=0.1).step()
    assert parameter.value is value
    assert value.dtype == np.float32


def test_zero_grad_and_an_iterator_of_parameters():
    parameters = [Parameter([1.0]), Parameter([2.0])]
    for parameter in parameters:
        parameter.grad += 1
    optimizer = GradientDescent(iter(parameters), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    assert [p.value.item() for p in parameters] == [0, 1]
    assert not any(p.grad.any() for p in parameters)
