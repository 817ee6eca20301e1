"""The way onto the tape: each layer, model and loss of the library has a twin there, which `taped` makes of it.

    model = autograd.taped(nn.Sequential(nn.Dense(4, 3, rng=rng), nn.ReLU()))
    criterion = autograd.taped(nn.SoftmaxCrossEntropy())

    loss = criterion(model(x, train=True), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

A twin is found by the class. A layer of your own has none: it goes onto the tape as it is, as one operation with the
backward that you gave it (`ByHand`); or make it a `Taped` layer, and leave the backward out.
"""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from gradschool.nn.autograd import layers, losses
from gradschool.nn.autograd.faces import ByHand, Taped, TapedLoss
from gradschool.nn.layers.layer import Layer

Made = TypeVar("Made")

TWINS: dict[type, type] = {}
"""The class on the tape of each class of the library."""


def twin(*classes: type) -> None:
    """Note classes on the tape, each as the twin of its second base."""
    TWINS.update({one.__bases__[1]: one for one in classes})


twin(*(getattr(layers, name) for name in layers.__all__))
twin(
    losses.MeanSquaredError,
    losses.MeanAbsoluteError,
    losses.Huber,
    losses.BinaryCrossEntropy,
    losses.SoftmaxCrossEntropy,
)


def taped(made: Made) -> Made:
    """Return a copy of a layer, a model or a loss on the tape; it shares nothing with the original.

    Its parameters start at the same values, and its generators of random numbers where the original's are: make the
    optimizer for the copy. Raises ValueError for what is neither a layer nor a loss of the library.
    """
    found: Made = put_on_tape(copy.deepcopy(made))
    return found


def put_on_tape(made: Any) -> Any:
    """Return a layer, a model or a loss that has itself become its twin, with all that is inside of it."""
    if isinstance(made, Taped | TapedLoss):
        return made
    if type(made) in TWINS:
        made.__class__ = TWINS[type(made)]
        for name, part in vars(made).items():
            vars(made)[name] = _inside(part)
        return made
    if isinstance(made, Layer):
        return ByHand(made)
    raise ValueError(f"taped takes a layer, a model or a loss of the library, got {made!r}")


def _inside(part: Any) -> Any:
    """Return what a layer or loss holds, with the layers and losses in it on the tape."""
    if isinstance(part, Layer) or type(part) in TWINS:
        return put_on_tape(part)
    if type(part) in (list, tuple):
        return type(part)(_inside(one) for one in part)
    if type(part) is dict:
        return {name: _inside(one) for name, one in part.items()}
    return part
