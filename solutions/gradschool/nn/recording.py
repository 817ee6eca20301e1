"""What every layer inside a model puts out."""

from __future__ import annotations

from typing import Any

from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


def outputs(model: Layer, x: Array) -> dict[str, tuple[Layer, Array]]:
    """Return each layer of the model that took part in `model.forward(x)`, with its output, by name and in that order.

    The model itself stands under the name "". Of a layer that was used several times, the last output is returned.
    """
    layers = {"": model, **model.named_layers()}
    own = {name: vars(layer)["forward"] for name, layer in layers.items() if "forward" in vars(layer)}
    found: dict[str, tuple[Layer, Array]] = {}
    try:
        for name, layer in layers.items():
            _record(name, layer, found)
        model.forward(x, train=False)
    finally:
        for name, layer in layers.items():
            del vars(layer)["forward"]
            if name in own:
                vars(layer)["forward"] = own[name]
    return found


def _record(name: str, layer: Layer, found: dict[str, tuple[Layer, Array]]) -> None:
    """Let the layer note what it puts out, until its attribute `forward` is removed."""
    forward = layer.forward

    def noting(x: Array, **options: Any) -> Array:
        output = forward(x, **options)
        found[name] = (layer, output)
        return output

    vars(layer)["forward"] = noting
