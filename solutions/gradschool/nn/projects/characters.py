"""A character model: a network that reads a text letter by letter and says, at each, which one comes next.

The chain rule of probabilities makes a model of whole texts of it, and its score is the mean surprise:

p(c₁ … cₙ) = Πₜ p(cₜ₊₁ | c₁ … cₜ)          bits per character = −1/n · Σₜ log₂ p(cₜ₊₁ | c₁ … cₜ)

zₜ = logits (V,) after cₜ          p = softmax(z/τ)          τ the temperature; τ → 0 leaves the likeliest alone

A text is cut into N streams that run side by side, and those into pieces of T steps. Each piece begins with the state
that the piece before ended with, and the gradient stops between them: truncated backpropagation through time.

Shannon (1951), Bell System Technical Journal 30, doi:10.1002/j.1538-7305.1951.tb01366.x; Graves (2013),
arXiv:1308.0850.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.layers.dense import Dense
from gradschool.nn.layers.embedding import Embedding
from gradschool.nn.layers.layer import Layer
from gradschool.nn.layers.lstm import LSTM
from gradschool.nn.layers.time_distributed import TimeDistributed
from gradschool.nn.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from gradschool.nn.optimizers.clipping import clip_norm
from gradschool.nn.optimizers.optimizer import Optimizer
from gradschool.nn.projects.vocabulary import Codes, Vocabulary
from gradschool.nn.types import Array


def streams(codes: Codes, examples: int, steps: int) -> list[tuple[Codes, Codes]]:
    """Return the pieces of a text, in order, as pairs (x, y) of shape (steps, examples).

    The text, of shape (n,), is cut into `examples` streams of equal length, as long as they can be. Each column is a
    piece of one stream, and goes on in the same column of the next pair. y is what comes after x, one character later.
    The last pair may have fewer steps. ValueError if the streams would be empty.
    """
    length = (len(codes) - 1) // examples
    if length < 1:
        raise ValueError(f"{examples} streams take a text of {examples + 1} characters or more, got {len(codes)}")
    x = codes[: examples * length].reshape(examples, length).T
    y = codes[1 : examples * length + 1].reshape(examples, length).T
    return [(x[start : start + steps], y[start : start + steps]) for start in range(0, length, steps)]


class CharacterModel(Layer):
    """An embedding, an LSTM and a Dense layer: the logits of the next character, after each one read.

    After `forward`, `final_state` is the pair of the LSTM's state after the last step.
    """

    def __init__(self, tokens: int, features: int, hidden: int, *, rng: np.random.Generator) -> None:
        """Make the layers, for `tokens` characters; each draws its first weights from `rng`, in this order."""
        self.embedding = Embedding(tokens, features, rng=rng)
        self.lstm = LSTM(features, hidden, rng=rng)
        self.head = TimeDistributed(Dense(hidden, tokens, rng=rng))

    def forward(
        self, x: npt.NDArray[Any], *, state: Sequence[npt.ArrayLike] | None = None, train: bool = False
    ) -> Array:
        """Return the logits, of shape (T, N, tokens), for codes of shape (T, N).

        `state` is the pair (h, c) before the first step, each of shape (N, hidden); zeros if there is none.
        """
        h = self.lstm.forward(self.embedding.forward(x), state=state, train=train)
        self.final_state = self.lstm.final_state
        return self.head.forward(h)

    def backward(self, dy: Array) -> Array:
        """Return zeros of the shape of x, as a code has no gradient; add to the gradients of the three layers."""
        return self.embedding.backward(self.lstm.backward(self.head.backward(dy)))


def train_epoch(
    model: CharacterModel, pieces: Sequence[tuple[Codes, Codes]], optimizer: Optimizer, *, clip: float = 1.0
) -> float:
    """Return the bits per character of one pass over the pieces, with a step of the optimizer after each.

    The first piece starts from a state of zeros and each other one from the last piece's `final_state`. The norm of the
    gradients is clipped at `clip`. The bits are the mean over the characters of all pieces, each scored before the step
    that learns from it.
    """
    loss, state, total, count = SoftmaxCrossEntropy(), None, 0.0, 0
    for x, y in pieces:
        total += y.size * loss.forward(model.forward(x, state=state, train=True), y)
        count += y.size
        state = model.final_state
        optimizer.zero_grad()
        model.backward(loss.backward())
        clip_norm(model.parameters(), clip)
        optimizer.step()
    return total / count / float(np.log(2))


def bits_per_character(model: CharacterModel, codes: Codes) -> float:
    """Return the model's mean surprise at the text of shape (n,), in bits, from its second character to its last.

    It reads the text once from the start, as one stream, from a state of zeros. ValueError if n is below 2.
    """
    if len(codes) < 2:
        raise ValueError(f"bits_per_character takes a text of 2 characters or more, got {len(codes)}")
    logits = model.forward(codes[:-1, None])
    return SoftmaxCrossEntropy().forward(logits, codes[1:, None]) / float(np.log(2))


def probabilities(logits: Array, temperature: float) -> Array:
    """Return the probabilities of the characters, of the shape of the logits (..., tokens), at a temperature.

    They are the softmax of the logits divided by the temperature. At 0 the likeliest character has all, the first of
    them if several are equal. Nothing overflows at logits of ±10,000 or a temperature of 1e-310. ValueError for a
    temperature below 0.
    """
    if not temperature >= 0:
        raise ValueError(f"probabilities takes a temperature of 0 or more, got {temperature}")
    if temperature == 0:
        likeliest: Array = np.eye(logits.shape[-1], dtype=logits.dtype)[logits.argmax(axis=-1)]
        return likeliest
    with np.errstate(over="ignore"):  # what is divided is 0 or below, and e^(−∞) is 0
        e: Array = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
    p: Array = e / e.sum(axis=-1, keepdims=True)
    return p


def generate(
    model: CharacterModel,
    vocabulary: Vocabulary,
    start: str,
    length: int,
    *,
    temperature: float = 1.0,
    rng: np.random.Generator,
) -> str:
    """Return `start` and `length` characters that the model writes after it.

    The model reads `start`, of one character or more, from a state of zeros. Then each character is drawn by
    `rng.choice(len(vocabulary), p=p)` and read in turn. p is in float64, whatever the model is in.
    """
    codes = vocabulary.encode(start).tolist()
    logits = model.forward(np.array(codes)[:, None])
    for _ in range(length):
        p = probabilities(logits[-1, 0].astype(np.float64), temperature)
        codes.append(int(rng.choice(len(vocabulary), p=p)))
        logits = model.forward(np.array([codes[-1:]]), state=model.final_state)
    return vocabulary.decode(codes)
