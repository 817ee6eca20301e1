"""The oracles are PyTorch's layers, a text cut by hand, and probabilities worked out by hand."""

import numpy as np
import pytest

from gradschool import nn
from gradschool.nn.projects.characters import (
    CharacterModel,
    bits_per_character,
    generate,
    probabilities,
    streams,
    train_epoch,
)
from gradschool.nn.projects.vocabulary import Vocabulary


def model(tokens=6, *, seed=0):
    return CharacterModel(tokens, 3, 5, rng=np.random.default_rng(seed))


def certain(tokens=3, *, scale=50.0):
    """A model that is sure, whatever it reads, that character 1 comes next."""
    made = model(tokens)
    made.head.layer.W.value[...] = 0
    made.head.layer.b.value[...] = scale * np.eye(tokens)[1]
    return made


# ---------------------------------------------------------------- Vocabulary


def test_a_vocabulary_numbers_the_characters_in_order_and_back():
    letters = Vocabulary("Banana\n")
    assert letters.characters == "\nBan"
    assert len(letters) == 4
    codes = letters.encode("nab\n".replace("b", "B"))
    assert (codes.tolist(), codes.dtype) == ([3, 2, 1, 0], np.int64)
    assert letters.decode(codes) == "naB\n"
    assert letters.encode("").shape == (0,)
    assert letters.decode([]) == ""


def test_what_a_vocabulary_refuses():
    with pytest.raises(ValueError, match="one character or more, got none"):
        Vocabulary("")
    with pytest.raises(ValueError, match="has 3 characters, and 'x' is not among them"):
        Vocabulary("abc").encode("axb")
    with pytest.raises(ValueError, match="codes from 0 to 2, got -1 to 1"):
        Vocabulary("abc").decode([1, -1])


# ---------------------------------------------------------------- streams


def test_streams_by_hand():
    pieces = streams(np.arange(10, 22), 2, 3)
    assert [x.tolist() for x, _ in pieces] == [[[10, 15], [11, 16], [12, 17]], [[13, 18], [14, 19]]]
    assert [y.tolist() for _, y in pieces] == [[[11, 16], [12, 17], [13, 18]], [[14, 19], [15, 20]]]


def test_streams_of_a_text_that_is_too_short():
    assert len(streams(np.arange(5), 4, 3)) == 1
    with pytest.raises(ValueError, match="4 streams take a text of 5 characters or more, got 4"):
        streams(np.arange(4), 4, 3)


# ---------------------------------------------------------------- CharacterModel


def test_the_model_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    ours = model()
    x, dy = rng.integers(0, 6, size=(4, 2)), rng.normal(size=(4, 2, 6))
    h, c = rng.normal(size=(2, 2, 5))
    embedding, lstm, head = torch.nn.Embedding(6, 3), torch.nn.LSTM(3, 5), torch.nn.Linear(5, 6)
    for layer in (embedding, lstm, head):
        layer.double()
    with torch.no_grad():
        embedding.weight.copy_(torch.tensor(ours.embedding.W.value))
        lstm.weight_ih_l0.copy_(torch.tensor(ours.lstm.Wx.value.T))
        lstm.weight_hh_l0.copy_(torch.tensor(ours.lstm.Wh.value.T))
        lstm.bias_ih_l0.copy_(torch.tensor(ours.lstm.b.value))
        lstm.bias_hh_l0.zero_()
        head.weight.copy_(torch.tensor(ours.head.layer.W.value.T))
        head.bias.copy_(torch.tensor(ours.head.layer.b.value))
    out, end = lstm(embedding(torch.tensor(x)), (torch.tensor(h[None]), torch.tensor(c[None])))
    logits = head(out)
    logits.backward(torch.tensor(dy))
    np.testing.assert_allclose(ours.forward(x, state=(h, c)), logits.detach().numpy(), rtol=1e-12)
    for mine, theirs in zip(ours.final_state, end, strict=True):
        np.testing.assert_allclose(mine, theirs[0].detach().numpy(), rtol=1e-12)
    assert (ours.backward(dy) == np.zeros((4, 2))).all()
    np.testing.assert_allclose(ours.embedding.W.grad, embedding.weight.grad.numpy(), rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(ours.lstm.Wh.grad, lstm.weight_hh_l0.grad.numpy().T, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(ours.head.layer.W.grad, head.weight.grad.numpy().T, rtol=1e-10, atol=1e-14)


def test_a_float32_model_stays_in_float32():
    small = model().astype(np.float32)
    x = np.array([[0, 1], [2, 3]])
    assert small.forward(x).dtype == np.float32
    optimizer = nn.GradientDescent(small.parameters(), 0.1)
    assert isinstance(train_epoch(small, [(x, x)], optimizer), float)
    assert {parameter.value.dtype for parameter in small.parameters()} == {np.dtype(np.float32)}


# ---------------------------------------------------------------- train_epoch and bits_per_character


def test_an_epoch_returns_the_bits_of_a_model_that_does_not_learn():
    still = model()
    codes = np.random.default_rng(0).integers(0, 6, size=40)
    optimizer = nn.GradientDescent(still.parameters(), 1e-300)
    assert np.isclose(train_epoch(still, streams(codes, 1, 7), optimizer), bits_per_character(still, codes), rtol=1e-12)


def test_an_epoch_clips_the_norm_of_its_steps():
    learner = model()
    before = {name: value.copy() for name, value in learner.state().items()}
    x = np.zeros((3, 2), dtype=int)
    train_epoch(learner, [(x, x)], nn.GradientDescent(learner.parameters(), 1.0), clip=0.01)
    moved = sum(np.sum((value - before[name]) ** 2) for name, value in learner.state().items())
    assert np.isclose(np.sqrt(moved), 0.01, rtol=1e-3)


def test_an_epoch_teaches():
    learner = model()
    pieces = streams(np.array([0, 1, 2, 3] * 20), 2, 5)
    optimizer = nn.Adam(learner.parameters(), 0.02)
    bits = [train_epoch(learner, pieces, optimizer) for _ in range(40)]
    assert bits[0] > 1.5
    assert bits[-1] < 0.1


def test_bits_by_hand():
    assert np.isclose(bits_per_character(certain(scale=0.0), np.array([0, 1, 2])), np.log2(3))
    assert np.isclose(bits_per_character(certain(), np.array([0, 1, 1])), 0, atol=1e-12)
    assert np.isclose(bits_per_character(certain(), np.array([0, 1, 2])), 50 / np.log(2) / 2)
    assert np.isclose(bits_per_character(certain(scale=1e4), np.array([0, 2])), 1e4 / np.log(2))
    with pytest.raises(ValueError, match="2 characters or more, got 1"):
        bits_per_character(certain(), np.array([0]))


# ---------------------------------------------------------------- probabilities


def test_probabilities_by_hand():
    logits = np.log([1.0, 2.0, 4.0])
    np.testing.assert_allclose(probabilities(logits, 1.0), [1 / 7, 2 / 7, 4 / 7])
    np.testing.assert_allclose(probabilities(logits, 0.5), [1 / 21, 4 / 21, 16 / 21])
    np.testing.assert_allclose(probabilities(logits, 1e9), [1 / 3] * 3, rtol=1e-8)
    assert probabilities(logits, 0).tolist() == [0, 0, 1]
    assert probabilities(logits, 1e-310).tolist() == [0, 0, 1]
    assert probabilities(np.array([[3.0, 1.0, 3.0], [1.0, 2.0, 2.0]]), 0).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert probabilities(np.array([1e4, -1e4]), 1.0).tolist() == [1, 0]


@pytest.mark.parametrize("temperature", [0, 0.7])
def test_probabilities_keep_float32(temperature):
    assert probabilities(np.zeros((2, 3), np.float32), temperature).dtype == np.float32


@pytest.mark.parametrize("temperature", [-1.0, float("nan")])
def test_probabilities_refuse_a_temperature_below_zero(temperature):
    with pytest.raises(ValueError, match="temperature of 0 or more, got"):
        probabilities(np.zeros(3), temperature)


# ---------------------------------------------------------------- generate


def test_a_certain_model_writes_what_it_is_certain_of():
    assert generate(certain(), Vocabulary("abc"), "ca", 4, rng=np.random.default_rng(0)) == "cabbbb"


def test_what_is_written_has_the_frequencies_of_the_model():
    fair = certain(scale=0.0)
    fair.head.layer.b.value[...] = np.log([1, 2, 5])
    text = generate(fair, Vocabulary("abc"), "a", 4000, rng=np.random.default_rng(0))[1:]
    np.testing.assert_allclose([text.count(c) / 4000 for c in "abc"], [1 / 8, 2 / 8, 5 / 8], atol=0.03)
    assert set(generate(fair, Vocabulary("abc"), "a", 50, temperature=0, rng=np.random.default_rng(0))[1:]) == {"c"}


def test_at_temperature_zero_each_character_is_the_likeliest_after_all_before_it():
    wild, letters = model(), Vocabulary("abcdef")
    wild.lstm.Wh.value[...] *= 4
    text = generate(wild, letters, "fade", 20, temperature=0, rng=np.random.default_rng(0))
    logits = wild.forward(letters.encode(text)[:-1, None])[:, 0]
    assert text[4:] == letters.decode(logits.argmax(axis=-1)[3:])


def test_a_float32_model_writes():
    small = model().astype(np.float32)
    assert len(generate(small, Vocabulary("abcdef"), "a", 30, rng=np.random.default_rng(0))) == 31
    assert generate(small, Vocabulary("abcdef"), "a", 0, rng=np.random.default_rng(0)) == "a"
