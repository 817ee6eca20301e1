"""Layers of sequences under Keras' names: (N, T, D) in Keras' order, (T, N, D) inside."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from gradschool import nn
from gradschool.nn.keras import initializers, regularizers
from gradschool.nn.keras.conversions import PLAIN, SEQUENCES, Order, Shape, conversion
from gradschool.nn.keras.layers.layer import Layer, Signal, positive


class Recurrent(Layer):
    """What the recurrent layers share: the output of the last step, or of all with `return_sequences`."""

    kind: ClassVar[str]
    """The name of the layer in `gradschool.nn`."""

    activations: ClassVar[tuple[str, ...]] = ("tanh",)

    def __init__(
        self,
        units: int,
        activation: str = "tanh",
        *,
        return_sequences: bool = False,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        kernel_regularizer: Any = None,
        use_bias: bool = True,
        **common: Any,
    ) -> None:
        """Keep the plan; Wx, Wh and b are made once the inputs are known."""
        super().__init__(**common)
        name = type(self).__name__
        self.units = positive(name, "units", units)
        self.return_sequences = return_sequences
        if not use_bias:
            raise ValueError(f"{name}(use_bias=False) is not here: it has a bias, which starts at zero")
        if activation not in self.activations:
            names = " or ".join(map(repr, self.activations))
            raise ValueError(f"{name}(activation={activation!r}) is not here; it takes {names}")
        self.function = activation
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.penalty = regularizers.get(kernel_regularizer)

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return the recurrent layer of `gradschool.nn`."""
        options = {"activation": self.function} if len(self.activations) > 1 else {}
        layer = getattr(nn, self.kind)(
            shape[1],
            self.units,
            last=not self.return_sequences,
            init=self.kernel_initializer,
            init_hidden=self.recurrent_initializer,
            rng=rng,
            **options,
        )
        self._penalise(layer.Wx, self.penalty)
        return [layer]

    def order_for(self, shape: Shape) -> Order | None:
        """Return the library's order, (T, N, D); raise ValueError if the examples are no sequences."""
        if len(shape) != 2 or shape[1] is None:
            advice = "; x[..., None] makes every step a row of one number" if len(shape) == 1 else ""
            raise ValueError(f"{type(self).__name__} takes sequences (T, D) as examples, got {shape}{advice}")
        return SEQUENCES

    def shape_after(self, shape: Shape) -> Shape:
        """Return (T, units) or (units,)."""
        return (shape[0], self.units) if self.return_sequences else (self.units,)


class SimpleRNN(Recurrent):
    """A recurrent layer without gates."""

    kind = "RNN"
    activations = ("tanh", "relu")


class LSTM(Recurrent):
    """Long short-term memory."""

    kind = "LSTM"


class GRU(Recurrent):
    """Gated recurrent units."""

    kind = "GRU"


class TimeDistributed(Layer):
    """Another layer, for every step of a sequence by itself."""

    def __init__(self, layer: Layer, **common: Any) -> None:
        """Keep the layer."""
        super().__init__(**common)
        if not isinstance(layer, Layer):
            raise ValueError(f"TimeDistributed takes a layer, such as Dense(3), got {layer!r}")
        self.layer = layer

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return `nn.TimeDistributed` of the layer; a softmax or sigmoid at its end needs none."""
        if len(shape) < 2:
            raise ValueError(f"TimeDistributed takes sequences (T, …) as examples, got {shape}")
        inside, signal = self.layer.attach(Signal(shape[1:]), rng)
        self.unused, self.penalties = self.layer.unused, self.layer.penalties
        last = [inside.pop()] if inside and isinstance(inside[-1], nn.Softmax | nn.Sigmoid) else []
        inside += conversion(signal.order, PLAIN, len(signal.shape) + 1)
        return [nn.TimeDistributed(nn.Sequential(*inside)), *last]

    def shape_after(self, shape: Shape) -> Shape:
        """Return the number of steps, and the shape that the layer makes of one."""
        return (shape[0], *(self.layer.gives or ()))
