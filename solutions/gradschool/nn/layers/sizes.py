"""The check of the sizes that layers are made with."""

from __future__ import annotations


def require_sizes(layer: str, *sizes: int) -> None:
    """Raise ValueError unless all sizes are 1 or more: a layer of nothing would have neither weights nor output."""
    if min(sizes) < 1:
        raise ValueError(f"{layer}({', '.join(map(str, sizes))}) takes sizes of 1 or more")
