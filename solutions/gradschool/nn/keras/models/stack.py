"""Layers in a row, and the network of `gradschool.nn` that they make once the shape of the input is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool import nn
from gradschool.nn.keras import config
from gradschool.nn.keras.conversions import PLAIN, Entry, Shape, Transposed, as_batch, conversion
from gradschool.nn.keras.layers.core import InputLayer
from gradschool.nn.keras.layers.layer import Layer, Signal, assign
from gradschool.nn.keras.randomness import generator
from gradschool.nn.types import Array


class Stack(Layer):
    """Layers in a row, which together are a layer.

    The weights are made as soon as the shape of an example is known: from an `Input`, from `input_shape` of the first
    layer, or from the first data.
    """

    def __init__(
        self, layers: Iterable[Any] | None = None, name: str | None = None, *, seed: int | None = None, **common: Any
    ) -> None:
        """Put the layers in a row; with a `seed` the model draws from a generator of its own."""
        super().__init__(name=name, **common)
        self._rng = generator(seed)
        self._members: list[Layer] = []
        self._reached: list[Signal] = []
        self._modules: list[list[nn.Layer]] = []
        self._network: nn.Sequential | None = None
        if isinstance(layers, Layer):
            raise ValueError(f"Sequential takes a list of layers: Sequential([{layers.name}, …])")
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Any) -> None:
        """Put a layer at the end."""
        if isinstance(layer, type) and issubclass(layer, Layer):
            raise ValueError(f"Sequential takes layers, got the class {layer.__name__}; {layer.__name__}(…) makes one")
        if not isinstance(layer, Layer):
            own = "; those of gradschool.nn go into gradschool.nn.Sequential" if isinstance(layer, nn.Layer) else ""
            raise ValueError(f"Sequential takes layers of keras.layers, got {layer!r}{own}")
        if any(layer is one for one in self._members):
            raise ValueError(f"{layer.name} is in this model already; make another layer")
        if isinstance(layer, InputLayer) and self._members:
            raise ValueError("Input says the shape of the data, so it is the first layer, or is not there")
        if not layer.named:
            layer.name = self._free(layer.name)
        elif any(layer.name == one.name for one in self._members):
            raise ValueError(f"two layers are called {layer.name!r}; give one of them another name")
        if not self._members and layer.takes is not None:
            self.takes = layer.takes
        self._members.append(layer)
        try:
            self._grow()
        except ValueError:
            self._members.pop()
            raise

    def pop(self) -> Layer:
        """Take the last layer off, and return it."""
        if not self.layers:
            raise ValueError("there is no layer to pop")
        layer = self._members.pop()
        del self._modules[len(self._members) :], self._reached[len(self._members) :]
        self._network = None
        self.gives = self._reached[-1].shape if self._reached else None
        return layer

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the Input."""
        return [layer for layer in self._members if not isinstance(layer, InputLayer)]

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return a layer by its name or its place; raise ValueError if there is none."""
        if name is None:
            return self.layers[index or 0]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"there is no layer {name!r}; there are {', '.join(layer.name for layer in self.layers)}")

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the weights for batches of `input_shape`, the axis of the batch included: (None, 28, 28)."""
        self.build_for(tuple(input_shape[1:]))

    def build_for(self, shape: Shape) -> None:
        """Make the weights for examples of `shape`, unless they have been made."""
        if self.takes is None:
            self.takes = shape
            try:
                self._grow()
            except ValueError:
                self.takes = None
                raise
        if not self.layers:
            raise ValueError("the model has no layers; add some")

    @property
    def built(self) -> bool:
        """Whether the layers have their weights."""
        return self.takes is not None and len(self._modules) == len(self._members) > 0

    @property
    def network(self) -> nn.Sequential:
        """The network of `gradschool.nn`; raise ValueError if the shape of the input is not known yet."""
        if not self.built:
            raise ValueError(
                f"the weights of {self.name} are not made yet: begin it with Input(shape of an example), "
                "give its first layer input_shape=…, or show it data"
            )
        if self._network is None:
            end = self._reached[-1]
            entry = Entry(self.takes or (), np.int64 if self.takes_indices else self._dtype(), self.name)
            modules = [module for row in self._modules for module in row]
            network = nn.Sequential(entry, *modules, *conversion(end.order, PLAIN, len(end.shape) + 1))
            self._network = self.prepared(network)
        return self._network

    def prepared(self, part: Any) -> Any:
        """Return the network or the loss that is trained as it is; a model with other gradients has another."""
        return part

    @property
    def takes_indices(self) -> bool:
        """Whether the first layer takes whole numbers."""
        first = self.layers[0] if self.layers else None
        return first.takes_indices if isinstance(first, Stack) else first is not None and first.takes_integers

    def attach(self, signal: Signal, rng: np.random.Generator) -> tuple[list[nn.Layer], Signal]:
        """Return the layers' part of a network that contains this one."""
        before = conversion(signal.order, PLAIN, len(signal.shape) + 1)
        self.build_for(signal.shape)
        if self.takes != signal.shape:
            raise ValueError(f"{self.name} was built for examples of shape {self.takes}, got {signal.shape}")
        return [*before, *(module for row in self._modules for module in row)], self._reached[-1]

    def __call__(self, x: npt.ArrayLike, training: bool = False) -> Array:
        """Return the output for the batch `x`."""
        return self.network_for(batch := as_batch(x, self.takes)).forward(batch, train=training)

    def network_for(self, batch: npt.NDArray[Any]) -> nn.Sequential:
        """Return the network, built for the shape of the batch if that was not known before."""
        self.build_for(tuple(batch.shape[1:]))
        return self.network

    def without(self, kind: str) -> nn.Sequential | None:
        """Return the network without the activation `kind` of `gradschool.nn` at its end; None if that is not there."""
        modules = list(self.network.layers)
        last = next((i for i in reversed(range(len(modules))) if not isinstance(modules[i], Transposed)), 0)
        if not kind or type(modules[last]).__name__ != kind or getattr(modules[last], "axis", -1) != -1:
            return None
        without: nn.Sequential = self.prepared(nn.Sequential(*modules[:last], *modules[last + 1 :]))
        return without

    def __repr__(self) -> str:
        """Return the layers."""
        return f"{type(self).__name__}([{', '.join(map(repr, self._members))}])"

    def state(self) -> dict[str, Array]:
        """Return the weights by layer and name. No copies."""
        self._need_weights()
        return {f"{layer.name}/{name}": one for layer in self.layers for name, one in layer.state().items()}

    @property
    def weights(self) -> list[Array]:
        """The weights of all layers, layer by layer."""
        return list(self.state().values())

    def set_weights(self, weights: Sequence[npt.ArrayLike]) -> None:
        """Copy `weights` into the layers; raise ValueError, and change nothing, unless number and shapes fit."""
        assign(self.name, self.weights, weights)

    def trainable_parameters(self) -> list[nn.Parameter]:
        """Return the parameters that training changes."""
        return [one for layer in self.layers if self.trainable for one in layer.trainable_parameters()]

    def all_penalties(self) -> list[tuple[nn.Parameter, Any]]:
        """Return the penalties of all layers."""
        inner = [one.all_penalties() if isinstance(one, Stack) else one.penalties for one in self.layers]
        return [pair for pairs in inner for pair in pairs]

    def _grow(self) -> None:
        """Build the layers that are not built yet, if the shape of the input is known."""
        self._network = None
        if self.takes is None:
            return
        for layer in self._members[len(self._modules) :]:
            signal = self._reached[-1] if self._reached else Signal(self.takes)
            try:
                modules, signal = layer.attach(signal, self._rng)
            except ValueError as error:
                before = f", after {self._members[len(self._modules) - 1].name}" if self._modules else ""
                raise ValueError(f"layer {layer.name!r}{before}: {error}") from None
            self._modules.append(modules)
            self._reached.append(signal)
        self.gives = self._reached[-1].shape if self._reached else None

    def _need_weights(self) -> None:
        """Raise ValueError if there are no weights yet."""
        _ = self.network

    def _dtype(self) -> Any:
        """Return the dtype of the weights."""
        arrays = [array for row in self._modules for module in row for array in module.state().values()]
        return arrays[0].dtype if arrays else np.dtype(config.floatx())

    def _free(self, name: str) -> str:
        """Return the name, with a number if a layer has it."""
        taken = {layer.name for layer in self._members}
        return next(one for i in range(len(taken) + 1) if (one := f"{name}_{i}" if i else name) not in taken)
