"""The order in which reverse mode walks: each tensor after all that were computed from it.

A tensor's gradient is the sum of what all its uses send back, so nothing may be sent on before all of it is there. The
order is that of a depth-first search, in which a tensor is finished when all it was computed from is, read backwards.
The search keeps its own stack: Python's holds about a thousand calls, and a graph may be a hundred times as deep.

Tarjan (1972), SIAM Journal on Computing 1(2), doi:10.1137/0201010; Linnainmaa (1976), BIT 16, doi:10.1007/BF01931367.
"""

from __future__ import annotations

from gradschool.nn.autograd.recorded import Node


def order(last: Node) -> list[Node]:
    """Return `last` and all it was computed from that want a gradient: each once, after all that use it."""
    seen: set[int] = set()
    finished: list[Node] = []
    stack = [(last, False)]
    while stack:
        node, parents_finished = stack.pop()
        if parents_finished:
            finished.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents if parent.requires_grad)
    return finished[::-1]
