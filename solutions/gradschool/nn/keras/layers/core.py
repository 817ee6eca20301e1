"""Layers of rows, and those that only arrange."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from gradschool import nn
from gradschool.nn.keras import initializers, regularizers
from gradschool.nn.keras.conversions import Reshaped, Shape
from gradschool.nn.keras.layers.layer import Layer, known, positive
from gradschool.nn.keras.randomness import generator


class InputLayer(Layer):
    """The shape of an example, said first."""

    def __init__(self, shape: int | Sequence[int | None] | None = None, **common: Any) -> None:
        """Take the shape without the axis of the batch: a number stands for rows of that many."""
        for told_by_the_data in ("batch_size", "dtype"):
            common.pop(told_by_the_data, None)
        given = shape if shape is not None else common.pop("input_shape", None)
        if given is None:
            raise ValueError("Input takes the shape of one example: Input(784), or Input((28, 28, 1))")
        super().__init__(input_shape=given, **common)

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return nothing: the model checks the shape."""
        return []


Input = InputLayer


class Dense(Layer):
    """Every one of `units` outputs is a weighted sum of every input, plus a bias: along the last axis."""

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        **common: Any,
    ) -> None:
        """Keep the plan; W of shape (inputs, units) and b are made once the inputs are known."""
        super().__init__(activation=activation, **common)
        self.units = positive("Dense", "units", units)
        self.use_bias = use_bias
        self.kernel_initializer, self.bias_initializer = initializers.get(kernel_initializer), bias_initializer
        self.penalty = regularizers.get(kernel_regularizer)

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return `nn.Dense`, for each step by itself if there is an axis of time."""
        if not shape or shape[-1] is None:
            raise ValueError(f"Dense takes examples of shape (…, inputs) with a number of inputs, got {shape}")
        dense = nn.Dense(shape[-1], self.units, init=self.kernel_initializer, rng=rng)
        self._settle(dense, self.penalty, self.use_bias, self.bias_initializer, rng)
        layer: nn.Layer = dense
        for _ in shape[1:]:
            layer = nn.TimeDistributed(layer)
        return [layer]

    def shape_after(self, shape: Shape) -> Shape:
        """Return the shape with `units` as its last size."""
        return (*shape[:-1], self.units)


class Flatten(Layer):
    """Every example as one row, in the order in which Keras has its numbers."""

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return `nn.Flatten`."""
        known("Flatten", shape)
        return [nn.Flatten()]

    def shape_after(self, shape: Shape) -> Shape:
        """Return the number of numbers of an example."""
        return (prod(known("Flatten", shape)),)


class Reshape(Layer):
    """Every example in another shape."""

    def __init__(self, target_shape: Sequence[int], **common: Any) -> None:
        """Keep the shape of an example; one entry may be -1."""
        super().__init__(**common)
        self.target_shape = tuple(target_shape)

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return the layer that reshapes."""
        return [Reshaped(self.shape_after(shape))]

    def shape_after(self, shape: Shape) -> Shape:
        """Return the target shape with its -1 filled in; raise ValueError if the numbers of numbers differ."""
        size = prod(known("Reshape", shape))
        try:
            return np.empty(size, dtype=bool).reshape(self.target_shape).shape
        except ValueError:
            raise ValueError(f"Reshape({self.target_shape}) takes examples that fit, got {shape}") from None


class Dropout(Layer):
    """In training, zero with probability `rate`, and else divided by 1 − rate."""

    order = None

    def __init__(self, rate: float, seed: int | None = None, **common: Any) -> None:
        """Keep the rate, from 0 up to, but not including, 1."""
        super().__init__(**common)
        if not 0 <= rate < 1:
            raise ValueError(f"Dropout(rate={rate}) takes the share to be zeroed, from 0 up to, but not including, 1")
        self.rate, self.seed = rate, seed

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return `nn.Dropout`, drawing from the seed if there is one, else from the model's generator."""
        return [nn.Dropout(self.rate, rng=rng if self.seed is None else generator(self.seed))]


class Embedding(Layer):
    """A learnt vector for each of `input_dim` indices."""

    takes_integers = True

    def __init__(self, input_dim: int, output_dim: int, embeddings_initializer: Any = "uniform", **common: Any) -> None:
        """Keep the sizes; the vectors, of shape (input_dim, output_dim), are made when the model is built."""
        if (length := common.pop("input_length", None)) is not None:
            common.setdefault("input_shape", length)
        super().__init__(**common)
        self.input_dim = positive("Embedding", "input_dim", input_dim)
        self.output_dim = positive("Embedding", "output_dim", output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)

    def make(self, shape: Shape, rng: np.random.Generator) -> list[nn.Layer]:
        """Return `nn.Embedding`."""
        return [nn.Embedding(self.input_dim, self.output_dim, init=self.embeddings_initializer, rng=rng)]

    def shape_after(self, shape: Shape) -> Shape:
        """Return the shape with the size of a vector after it."""
        return (*shape, self.output_dim)


__all__ = ["Dense", "Dropout", "Embedding", "Flatten", "Input", "InputLayer", "Reshape"]
