"""The states of random generators as text, for a file that holds no pickles.

A generator that the layers share, or that a layer shares with the order of the examples, is one object with one state.
It is written once, and where it goes it must be one object again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["pack", "prepare"]

ORDER = "order of examples"
"""The name of the generator that belongs to no layer."""

Generators = Mapping[str, np.random.Generator]


def pack(layers: Generators, order: np.random.Generator | None) -> dict[str, npt.NDArray[Any]]:
    """Return the state of every generator by name, as JSON in an array of text."""
    states = {f"layers/{name}": generator.bit_generator.state for name, generator in layers.items()}
    if order is not None:
        twin = _name_of(order, layers)
        states[ORDER] = {"same as": twin} if twin else order.bit_generator.state
    return {name: np.array(json.dumps(state, default=_plain)) for name, state in states.items()}


def prepare(
    packed: Mapping[str, npt.NDArray[Any]], layers: Generators, order: np.random.Generator | None
) -> Callable[[], None]:
    """Return a function that sets the generators; raise ValueError if they are not those that were packed."""
    states = {name: json.loads(str(text), object_hook=_array) for name, text in packed.items()}
    names = {name.removeprefix("layers/") for name in states if name != ORDER}
    if names != set(layers):
        raise ValueError(f"its layers draw from {_listed(names)}, and those of this network from {_listed(layers)}")
    pairs = [(generator, states[f"layers/{name}"]) for name, generator in layers.items()]
    if order is not None:
        if ORDER not in states:
            raise ValueError("it has no generator for the order of examples: leave rng out, or save it with the model")
        there, here = states[ORDER].get("same as"), _name_of(order, layers)
        if there != here:
            raise ValueError(f"rng is {there or 'a generator of its own'} there and {here or 'one of its own'} here")
        if here is None:
            pairs.append((order, states[ORDER]))
    for generator, state in pairs:
        if (kind := type(generator.bit_generator).__name__) != state["bit_generator"]:
            raise ValueError(f"a generator is a {state['bit_generator']} there and a {kind} here")

    def set_all() -> None:
        for generator, state in pairs:
            generator.bit_generator.state = state

    return set_all


def _name_of(generator: np.random.Generator, layers: Generators) -> str | None:
    """Return under which name the layers draw from this very generator."""
    return next((name for name, other in layers.items() if other is generator), None)


def _listed(names: Any) -> str:
    """Return the names in a row."""
    return ", ".join(sorted(names)) or "no generator"


def _plain(value: Any) -> Any:
    """Return an array or a number of NumPy as JSON can have it."""
    return {"array": value.tolist(), "dtype": str(value.dtype)} if isinstance(value, np.ndarray) else value.item()


def _array(value: dict[str, Any]) -> Any:
    """Return the array that `_plain` wrote, and any other object as it is."""
    return np.array(value["array"], dtype=value["dtype"]) if value.keys() == {"array", "dtype"} else value
