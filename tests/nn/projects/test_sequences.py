"""The project of sine and cosine: numbers of weights counted on the layers, chunks and gradients against PyTorch."""

import numpy as np
import pytest

from gradschool import nn
from gradschool.nn.projects import sequences


def made(kind, inputs, hidden, outputs, seed=0):
    rng = np.random.default_rng(seed)
    return sequences.CELLS[kind](inputs, hidden, rng=rng), nn.TimeDistributed(nn.Dense(hidden, outputs, rng=rng))


@pytest.mark.parametrize("kind", sequences.CELLS)
@pytest.mark.parametrize(("inputs", "outputs", "weights"), [(1, 1, 1000), (3, 2, 200), (7, 5, 40)])
def test_one_unit_more_would_be_too_many(kind, inputs, outputs, weights):
    hidden = sequences.hidden_units(kind, inputs, outputs, weights)
    for units, allowed in ((hidden, True), (hidden + 1, False)):
        if units:
            cell, head = made(kind, inputs, units, outputs)
            learnt = sum(p.value.size for p in cell.parameters() + head.parameters())
            assert (learnt <= weights) == allowed


def test_without_room_for_a_unit_there_is_none():
    assert sequences.hidden_units("LSTM", 1, 1, 10) == 0


@pytest.mark.parametrize("kind", sequences.CELLS)
def test_answers_in_chunks_are_those_of_the_whole(kind):
    cell, head = made(kind, 2, 5, 3)
    x = np.random.default_rng(1).normal(size=(11, 4, 2))
    whole = head.forward(cell.forward(x))
    for chunk in (1, 3, 11, 50):
        np.testing.assert_allclose(sequences.answers(cell, head, x, chunk=chunk), whole, rtol=1e-12)


@pytest.mark.parametrize("kind", sequences.CELLS)
def test_what_reaches_the_end_is_a_finite_difference(kind):
    cell, head = made(kind, 2, 4, 2)
    x = np.random.default_rng(1).normal(size=(5, 3, 2))
    ones = np.ones((3, 2))
    slope = nn.numeric_gradient(lambda moved: head.forward(cell.forward(moved))[-1], x, ones)
    np.testing.assert_allclose(sequences.reach(cell, head, x), np.linalg.norm(slope, axis=(1, 2)), rtol=1e-6)
    assert all(not p.grad.any() for p in cell.parameters() + head.parameters())


def test_chunks_are_trained_as_in_pytorch_with_a_detached_state():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(7, 4, 2)), rng.normal(size=(7, 4, 3))
    cell, head = made("RNN", 2, 5, 3)
    theirs, linear = torch.nn.RNN(2, 5).double(), torch.nn.Linear(5, 3).double()
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(torch.tensor(cell.Wx.value.T))
        theirs.weight_hh_l0.copy_(torch.tensor(cell.Wh.value.T))
        theirs.bias_ih_l0.zero_()
        theirs.bias_hh_l0.zero_()
        theirs.bias_hh_l0.requires_grad_(False)
        linear.weight.copy_(torch.tensor(head.parameters()[0].value.T))
        linear.bias.zero_()
    learnt = [p for p in [*theirs.parameters(), *linear.parameters()] if p.requires_grad]
    optimizer, state, expected = torch.optim.SGD(learnt, 0.2), None, []
    for xs, ys in zip(torch.tensor(x).split(3), torch.tensor(y).split(3), strict=True):
        h, state = theirs(xs, None if state is None else state.detach())
        loss = torch.nn.functional.mse_loss(linear(h), ys)
        expected.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learnt, 0.5)
        optimizer.step()
    ours = nn.SGD(cell.parameters() + head.parameters(), 0.2)
    losses = sequences.train_chunks(cell, head, x, y, optimizer=ours, chunk=3, clip=0.5)
    np.testing.assert_allclose(losses, expected, rtol=1e-9)
    np.testing.assert_allclose(cell.Wh.value.T, theirs.weight_hh_l0.detach().numpy(), rtol=1e-9)


def test_what_is_learnt_keeps_to_the_budget():
    x, y = np.zeros((3, 2, 2)), np.ones((3, 2, 1))
    cell, head = sequences.learn_to_hold(lambda: (x, y), weights=300, updates=2, rng=np.random.default_rng(0))
    assert sum(p.value.size for p in cell.parameters() + head.parameters()) <= 300
