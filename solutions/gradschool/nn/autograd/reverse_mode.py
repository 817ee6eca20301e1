"""The flow of gradients through a graph, from the last tensor to the first: reverse mode.

dL/da = Σ over all uses y of a:  dL/dy · ∂y/∂a        the chain rule, read from the loss

Linnainmaa (1976), BIT 16, 146-160, doi:10.1007/BF01931367.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradschool.nn.autograd.broadcasting import unbroadcast
from gradschool.nn.autograd.recorded import Node
from gradschool.nn.autograd.walk import order
from gradschool.nn.types import Array


def flow(last: Node, dy: Array) -> Iterator[tuple[Node, Array]]:
    """Yield each tensor of the graph with its gradient, from `last`, whose gradient is `dy`, to the first."""
    gradients = {id(last): dy}
    for node in order(last):
        dy = gradients.pop(id(node))
        yield node, dy
        for parent, share in node.shares(dy):
            share = unbroadcast(share, parent.shape)
            known = gradients.get(id(parent))
            gradients[id(parent)] = share if known is None else known + share
