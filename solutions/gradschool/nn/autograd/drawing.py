"""The graph that a tensor came from, to look at: as a picture and as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from gradschool.nn.autograd.recorded import Recorded
from gradschool.nn.types import Array

SIGNS = {"add": "+", "subtract": "−", "multiply": "·", "divide": "/", "power": "**", "matmul": "@", "negative": "−"}
"""What operations are called in a picture, where that is not their name."""

COLOURS = {"leaf": "#CDE7F7", "constant": "#EEEEEE", "computed": "#FDEBC8"}
LARGEST = 200
"""The number of tensors that a picture still has room for."""

Key: TypeAlias = int | tuple[int, int, int]
"""A tensor by its id, or a gap that an arrow goes through: its two tensors, and the column."""


def draw(
    last: Recorded,
    *,
    names: Mapping[str, Any] | None = None,
    gradients: Iterable[tuple[Recorded, Array]] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw the graph of `last` from the left to the right, and return the axes.

    Blue boxes are leaves that want a gradient, grey ones constants, orange ones results, named by their operation. A
    result with no gradient is a constant, for nobody recorded where it came from.

    Args:
        last: the tensor whose graph is drawn.
        names: what some of the tensors are called.
        gradients: pairs of a tensor and its gradient, as `flow` yields them; written below the values.
        ax: the axes to draw into; new ones if left out.

    Raises:
        ValueError: the graph has more than 200 tensors.
    """
    nodes = _gathered(last)
    if len(nodes) > LARGEST:
        raise ValueError(f"draw has room for {LARGEST} tensors, and this graph has {len(nodes)}; draw a part of it")
    called = {id(tensor): name for name, tensor in (names or {}).items()}
    known = {id(tensor): gradient for tensor, gradient in gradients}
    level = _levels(nodes)
    place = _places(nodes, level)
    if ax is None:
        ys = [y for _, y in place.values()]
        height = max(1 + max(ys) - min(ys), 2)
        _, ax = plt.subplots(figsize=(min(1.9 * (1 + max(level.values())), 12), min(0.95 * height, 9)))
    for node in nodes:
        for parent in node.parents:
            stops = [place[key] for key in _stops(parent, node, level)]
            if len(stops) > 2:
                ax.plot(*zip(*stops[:-1], strict=True), color="#555555", lw=1, zorder=0)
            ax.annotate(
                "",
                xy=stops[-1],
                xytext=stops[-2],
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": "#555555",
                    "shrinkA": 0,
                    "shrinkB": 24,
                    "lw": 1,
                },
                zorder=1,
            )
    for node in nodes:
        lines = [_title(node, called), _short(node.data)]
        if id(node) in known:
            lines.append(f"∂ {_short(known[id(node)])}")
        ax.text(
            *place[id(node)],
            "\n".join(line for line in lines if line),
            ha="center",
            va="center",
            fontsize=9,
            linespacing=1.35,
            bbox={"boxstyle": "round,pad=0.4", "facecolor": COLOURS[_kind(node)], "edgecolor": "#333333"},
            zorder=2,
        )
    heights = [y for _, y in place.values()]
    ax.set(xlim=(-0.55, max(level.values()) + 0.55), ylim=(min(heights) - 0.6, max(heights) + 0.6))
    ax.axis("off")
    return ax


def as_text(last: Recorded, *, names: Mapping[str, Any] | None = None) -> str:
    """Return the graph of `last` as lines: each tensor once, after all that it was computed from."""
    called = {id(tensor): name for name, tensor in (names or {}).items()}
    lines = []
    nodes = _gathered(last)
    for i, node in enumerate(nodes):
        called.setdefault(id(node), f"t{i}")
        name = called[id(node)]
        if node.row is None:
            how = "leaf" if node.requires_grad else "constant"
        else:
            how = f"{node.row.name}({', '.join(called[id(parent)] for parent in node.parents)})"
        lines.append(f"{name} = {how}  {_short(node.data)}")
    return "\n".join(lines)


def _gathered(last: Recorded) -> list[Recorded]:
    """Return `last` and all it was computed from, constants too, each once and after its parents."""
    seen: set[int] = set()
    found: list[Recorded] = []
    stack = [(last, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            found.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in reversed(node.parents))
    return found


def _levels(nodes: list[Recorded]) -> dict[int, int]:
    """Return the column of each tensor: right of its parents, and a leaf just left of the first that uses it."""
    level: dict[int, int] = {}
    for node in nodes:
        level[id(node)] = 1 + max((level[id(parent)] for parent in node.parents), default=-1)
    for node in nodes:
        if not node.parents:
            users = [level[id(user)] for user in nodes if any(parent is node for parent in user.parents)]
            level[id(node)] = min(users, default=1) - 1
    return level


def _stops(parent: Recorded, node: Recorded, level: Mapping[int, int]) -> list[Key]:
    """Return what an arrow goes through: its parent, a gap in each column between, its tensor."""
    between = range(level[id(parent)] + 1, level[id(node)])
    return [id(parent), *((id(parent), id(node), column) for column in between), id(node)]


def _places(nodes: list[Recorded], level: Mapping[int, int]) -> dict[Key, tuple[float, float]]:
    """Return where tensors and gaps stand: near the mean height of their neighbours, at least 1 apart in a column."""
    columns: dict[int, list[Key]] = {}
    column: dict[Key, int] = {}
    neighbours: dict[Key, list[Key]] = {}
    for node in nodes:
        column[id(node)] = level[id(node)]
        for parent in node.parents:
            stops = _stops(parent, node, level)
            for i, (before, after) in enumerate(pairwise(stops)):
                column.setdefault(after, level[id(parent)] + i + 1)
                neighbours.setdefault(before, []).append(after)
                neighbours.setdefault(after, []).append(before)
    for key, number in column.items():
        columns.setdefault(number, []).append(key)
    height: dict[Key, float] = {}
    for keys in columns.values():
        height |= {key: (len(keys) - 1) / 2 - i for i, key in enumerate(keys)}
    for sweep in range(12):
        for number in sorted(columns, reverse=bool(sweep % 2)):
            keys = columns[number]
            wanted = {key: float(np.mean([height[n] for n in neighbours.get(key, [key])])) for key in keys}
            ranked = sorted(keys, key=lambda key: (-wanted[key], -height[key]))
            ys = [wanted[key] for key in ranked]
            for i in range(1, len(ys)):
                ys[i] = min(ys[i], ys[i - 1] - 1)
            shift = float(np.mean(list(wanted.values()))) - float(np.mean(ys))
            height |= {key: y + shift for key, y in zip(ranked, ys, strict=True)}
    return {key: (float(column[key]), height[key]) for key in column}


def _kind(node: Recorded) -> str:
    return "computed" if node.row is not None else "leaf" if node.requires_grad else "constant"


def _title(node: Recorded, called: Mapping[int, str]) -> str:
    """Return the name of a tensor, and its operation."""
    name = called.get(id(node), "")
    if node.row is None:
        return name
    sign = SIGNS.get(node.row.name, node.row.name)
    return f"{name} = {sign}" if name else sign


def _short(data: Any) -> str:
    """Return one number as it is, and of more numbers the shape."""
    array = np.asarray(data)
    return f"{array.item():.4g}" if array.size == 1 else str(array.shape)
