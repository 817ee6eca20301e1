"""Products of matrices: Y = A B, and stacks of them.

Y = A B         ∂A: dY Bᵀ               ∂B: Aᵀ dY               Yᵢⱼ = Σₖ Aᵢₖ Bₖⱼ

A vector on the left is one row, on the right one column, and the axis of length 1 goes again. In stacks of matrices
each has its own product, and one matrix that serves a whole stack gets the sum of all their shares.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gradschool.nn.autograd.axes import as_matrices, transposed
from gradschool.nn.autograd.table import Row, Rows
from gradschool.nn.types import Array


def products() -> Rows:
    """Return the row of matmul, a @ b."""

    def left(dy: Array, y: Array, a: Array, b: Array) -> Any:
        dy, _, columns = as_matrices(dy, a, b)
        return dy @ transposed(columns)

    def right(dy: Array, y: Array, a: Array, b: Array) -> Any:
        if a.ndim > 2 and b.ndim == 2:  # one matrix for a whole stack: one product in the place of many
            return a.reshape(-1, a.shape[-1]).T @ dy.reshape(-1, dy.shape[-1])
        dy, rows, _ = as_matrices(dy, a, b)
        db = transposed(rows) @ dy
        return db[..., 0] if b.ndim == 1 else db

    return {"matmul": Row(np.matmul, left, right)}
