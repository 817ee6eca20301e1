"""The base class of the layers: a plan, which becomes layers of `gradschool.nn` once its input has a shape."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool import nn
from gradschool.nn.keras import config, initializers
from gradschool.nn.keras.conversions import PLAIN, Order, Shape, as_batch, conversion
from gradschool.nn.keras.described import Described
from gradschool.nn.keras.lookup import unknown
from gradschool.nn.keras.randomness import generator
from gradschool.nn.types import Array

Penalties = Sequence["nn.L1 | nn.L2"]


@dataclass(frozen=True)
class Signal:
    """What goes from layer to layer: the shape of an example as Keras has it, and the order of the axes it has here."""

    shape: Shape
    order: Order = PLAIN


class Layer(Described):
    """A layer: `make` returns what it is in `gradschool.nn`, and `shape_after` what it makes of a shape."""

    order: Order | None = PLAIN
    """The order of axes that it works on; None if it does not matter."""

    takes_integers = False
    """Whether x is made of indices."""

    def __init__(
        self,
        *,
        activation: Any = None,
        name: str | None = None,
        trainable: bool = True,
        input_shape: int | Sequence[int | None] | None = None,
        input_dim: int | None = None,
        dtype: Any = None,
        **unknown_arguments: Any,
    ) -> None:
        """Keep what all layers take. The dtype is the model's: see `keras.config.set_floatx`."""
        for argument in unknown_arguments:
            known = {*inspect.signature(type(self).__init__).parameters, "name", "trainable", "input_shape"}
            raise unknown(f"argument of {type(self).__name__}", argument, known - {"self", "common"})
        if dtype not in (None, config.floatx()):
            raise ValueError(
                f"{type(self).__name__}(dtype={dtype!r}): keras.config.set_floatx sets that of whole models"
            )
        self.name = name or snake_case(type(self).__name__)
        self.named = name is not None
        self.trainable = trainable
        self.takes = _example(input_shape if input_dim is None else (input_dim,))
        self.activation: Layer | None = None
        if activation is not None:
            from gradschool.nn.keras.layers.activation import as_layer

            self.activation = as_layer(activation)
        self.parts: list[nn.Layer] | None = None
        self.unused: list[nn.Parameter] = []
        self.penalties: list[tuple[nn.Parameter, nn.L1 | nn.L2]] = []
        self.gives: Shape | None = None

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return new layers of `gradschool.nn` for examples of `shape`."""
        raise NotImplementedError(f"{type(self).__name__} has no make yet")

    def shape_after(self, shape: Shape) -> Shape:
        """Return the shape of an example of the output, for examples of `shape`."""
        return shape

    def attach(self, signal: Signal, rng: np.random.Generator) -> tuple[list[nn.Layer], Signal]:
        """Return this layer's part of a network, conversions included, and the signal that leaves it."""
        order = self.order_for(signal.shape)
        before = [] if order is None else conversion(signal.order, order, len(signal.shape) + 1)
        if self.parts is None:
            self.parts = self.make(signal.shape, rng)
            for part in self.parts:
                part.astype(config.floatx())
            self.takes = signal.shape
        elif self.takes != signal.shape:
            raise ValueError(f"{self.name} was built for examples of shape {self.takes}, got {signal.shape}")
        shape = self.shape_after(signal.shape)
        left = signal.order if order is None else order
        signal = Signal(shape, left if len(shape) == len(signal.shape) else PLAIN)
        after: list[nn.Layer] = []
        if self.activation is not None:
            after, signal = self.activation.attach(signal, rng)
        self.gives = signal.shape
        return [*before, *self.parts, *after], signal

    def order_for(self, shape: Shape) -> Order | None:
        """Return the order of axes that it works on, for examples of `shape`."""
        return self.order

    def __call__(self, x: npt.ArrayLike, training: bool = False) -> Array:
        """Return the output for the batch `x`; a layer that has no weights yet is built for its shape."""
        if isinstance(x, Described):
            raise ValueError(f"{self.name} was called on {x!r}: models here are Sequential([...]), not graphs of calls")
        batch = as_batch(x, self.takes)
        modules, signal = self.attach(Signal(tuple(batch.shape[1:])), generator(None))
        batch = batch.astype(np.int64 if self.takes_integers else config.floatx(), copy=False)
        back = conversion(signal.order, PLAIN, len(signal.shape) + 1)
        return nn.Sequential(*modules, *back).forward(batch, train=training)

    @property
    def input_shape(self) -> Shape | None:
        """The shape of a batch of the input, None for the axis of the batch; None if it is not known yet."""
        return None if self.takes is None else (None, *self.takes)

    @property
    def output_shape(self) -> Shape | None:
        """The shape of a batch of the output; None if it is not known yet."""
        return None if self.gives is None else (None, *self.gives)

    @property
    def built(self) -> bool:
        """Whether it has its weights."""
        return self.parts is not None

    def state(self) -> dict[str, Array]:
        """Return the weights by name, those that training changes first. No copies."""
        unused = [parameter.value for parameter in self.unused]
        state = nn.Sequential(*(self.parts or [])).state()
        return {name: array for name, array in state.items() if not any(array is one for one in unused)}

    def trainable_parameters(self) -> list[nn.Parameter]:
        """Return the parameters that training changes."""
        everything = nn.Sequential(*(self.parts or [])).parameters() if self.trainable else []
        return [one for one in everything if not any(one is other for other in self.unused)]

    @property
    def weights(self) -> list[Array]:
        """The weights: those that training changes, then those that it does not."""
        return list(self.state().values())

    @property
    def trainable_weights(self) -> list[Array]:
        """Those of the weights that training changes."""
        return [parameter.value for parameter in self.trainable_parameters()]

    @property
    def non_trainable_weights(self) -> list[Array]:
        """Those of the weights that training does not change by gradients."""
        trained = {id(array) for array in self.trainable_weights}
        return [array for array in self.weights if id(array) not in trained]

    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    def get_weights(self) -> list[Array]:
        """Return copies of the weights, in the shapes of `gradschool.nn`."""
        return [array.copy() for array in self.weights]

    def set_weights(self, weights: Sequence[npt.ArrayLike]) -> None:
        """Copy `weights` into the layer; raise ValueError, and change nothing, unless number and shapes fit."""
        assign(self.name, self.weights, weights)

    def count_params(self) -> int:
        """Return the number of weights."""
        return sum(array.size for array in self.weights)

    def _settle(self, part: Any, penalties: Penalties, use_bias: bool, bias_initializer: Any, rng: Any) -> None:
        """Give a new part's W its penalty, and its b its start, or leave that out: at zero, for good."""
        self._penalise(part.W, penalties)
        if use_bias:
            part.b.value[...] = initializers.get(bias_initializer)(part.b.shape, rng=rng)
        else:
            self.unused.append(part.b)

    def _penalise(self, weights: nn.Parameter, penalties: Penalties) -> None:
        """Give weights their penalty."""
        self.penalties += [(weights, penalty) for penalty in penalties]


def assign(owner: str, own: Sequence[Array], weights: Sequence[npt.ArrayLike]) -> None:
    """Copy `weights` into `own`; raise ValueError, and change nothing, unless number and shapes fit."""
    shapes, given = [array.shape for array in own], [np.shape(array) for array in weights]
    if shapes != given:
        raise ValueError(f"{owner} has weights of shapes {shapes}, got {given}")
    for array, values in zip(own, weights, strict=True):
        array[...] = values


def positive(owner: str, argument: str, value: Any) -> int:
    """Return a size as an int; raise ValueError unless it is a whole number above 0."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{owner}({argument}={value!r}) takes a whole number of 1 or more")
    return int(value)


def known(owner: str, shape: Shape) -> tuple[int, ...]:
    """Return a shape without sizes that may vary; raise ValueError if there are such."""
    sizes = tuple(size for size in shape if size is not None)
    if len(sizes) < len(shape):
        raise ValueError(f"{owner} takes examples of a fixed shape, got {shape}; give the sizes in keras.Input")
    return sizes


def snake_case(name: str) -> str:
    """Return the name of a class as Keras writes that of a layer: `max_pooling2d` for MaxPooling2D."""
    parts = "".join(f"_{c}" if c.isupper() and i and not name[i - 1].isupper() else c for i, c in enumerate(name))
    return parts.lower().replace("2_d", "2d")


def _example(shape: int | Sequence[int | None] | None) -> Shape | None:
    """Return the shape of an example, which a number may stand for."""
    if shape is None:
        return None
    return (int(shape),) if isinstance(shape, int | np.integer) else tuple(shape)
