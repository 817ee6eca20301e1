"""A tensor: an array that records what is done to it, so that gradients can go back the way it came.

    x = Tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    y.backward()
    x.grad                              # array([2., 4.])

What `backward` promises
- It *adds* to `grad` of each leaf (a tensor that was made, not computed) that wants a gradient; of others `grad` stays
  None. A leaf made of a `Parameter` adds to the parameter's own gradient.
- The graph is kept: a second `backward` adds the same once more. The graph goes when nothing holds its last tensor.
- It needs the arrays as they were. `x.data[...] = …` between an operation and its backward gives wrong gradients, and
  nobody notices; an optimizer's step comes after backward, so it may.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from gradschool.nn.autograd.grad_mode import RECORDING
from gradschool.nn.autograd.operations import DERIVATIVES
from gradschool.nn.autograd.recorded import Recorded
from gradschool.nn.autograd.reverse_mode import flow
from gradschool.nn.autograd.table import Row
from gradschool.nn.types import Array


class Tensor(Recorded):
    """An array `data` with its gradient `grad`, which records the operations that it goes through."""

    __slots__ = ()

    @classmethod
    def apply(cls, row: Row, *arguments: Any, **options: Any) -> Self:
        """Return the row's operation of tensors, parameters, arrays or numbers, recorded if any wants a gradient."""
        parents = [cls.of(argument) for argument in arguments]
        result = cls(row.value(*[parent.data for parent in parents], **options))
        if RECORDING.get() and any(parent.requires_grad for parent in parents):
            result.requires_grad = True
            result.row, result.parents, result.options = row, parents, options
        return result

    def backward(self, dy: Array | None = None) -> None:
        """Add to `grad` of each leaf the gradient of Σ self · dy; a tensor of one number needs no `dy`, which is 1."""
        for node, gradient in flow(self, self.upstream(dy)):
            if node.is_leaf:
                if node.grad is None:
                    node.grad = np.zeros_like(node.data)
                node.grad += gradient


Tensor.table = DERIVATIVES
