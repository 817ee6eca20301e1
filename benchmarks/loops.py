"""The convolution that a student writes first: one loop for each index."""

from __future__ import annotations

import numpy as np


def conv2d_by_loops(
    x: np.ndarray, W: np.ndarray, b: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return y, dX, dW and db of a cross-correlation with stride 1 and no padding."""
    examples, channels, height, width = x.shape
    filters, _, tall, wide = W.shape
    y = np.zeros((examples, filters, height - tall + 1, width - wide + 1))
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)
    for n in range(examples):
        for o in range(filters):
            for i in range(y.shape[2]):
                for j in range(y.shape[3]):
                    total = b[o]
                    slope = dy[n, o, i, j]
                    db[o] += slope
                    for c in range(channels):
                        for k in range(tall):
                            for m in range(wide):
                                total += W[o, c, k, m] * x[n, c, i + k, j + m]
                                dW[o, c, k, m] += slope * x[n, c, i + k, j + m]
                                dx[n, c, i + k, j + m] += slope * W[o, c, k, m]
                    y[n, o, i, j] = total
    return y, dx, dW, db
