"""The error function, which NumPy lacks: erf(x) = 2/√π · ∫₀ˣ e^(−t²) dt.

float64      Taylor's series about t, the point of a grid nearest to |x|, with d = |x| − t, |d| ≤ 1/2048:

                 erf(|x|) = erf(t) + g(t) · (d − t d² + (2t² − 1) d³/3 + t (3 − 2t²) d⁴/6) + …

             erf and its derivative g(t) = 2/√π · e^(−t²) are tables; what is left out is below 1e-17.

float32      erf(x) = tanh(x · q(x²)), with a polynomial q fitted to artanh(erf(x)) / x by weighted least squares, the
             weights repeated until the largest error is least: it is 6e-8, half the spacing of float32 numbers at 1.

erf(x) is 1 to the last bit of float64 where x ≥ 6, and there the tables end.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from gradschool.nn.activations.blocks import blockwise
from gradschool.nn.types import Array

GRID = 1024
"""The number of grid points from 0 to 1."""

Q = (
    1.1283797054677436,
    0.10276548147273457,
    -0.00018438373368354172,
    -0.0006257195317927802,
    8.971256936296316e-05,
    -5.98568739754771e-06,
    1.5896001953459228e-07,
)
"""The coefficients of q, from the constant up."""

FAR = 5
"""Where |x| is larger, tanh(x · q(x²)) is 1 to the last bit of float32; the powers of a larger x could overflow."""

_T: npt.NDArray[np.float64] = np.arange(6 * GRID + 1) / GRID
_ERF: npt.NDArray[np.float64] = np.array([math.erf(t) for t in _T])
_SLOPE: npt.NDArray[np.float64] = 2 / math.sqrt(math.pi) * np.exp(-_T * _T)


def erf(x: Array) -> Array:
    """Return the error function of every entry of x, to 2e-16 in float64 and 2e-7 in float32, in the dtype of x."""
    return blockwise(_single if x.dtype == np.float32 else _double, x)


def _double(x: Array) -> Array:
    """Return erf of x from the tables."""
    size = np.minimum(np.abs(x), 6.0)
    with np.errstate(invalid="ignore"):  # not a number has no nearest point; it comes out as it went in
        nearest = np.rint(size * GRID).astype(np.intp)
    t = _T.take(nearest, mode="clip")
    d = size - t
    series = d * (1 - d * (t - d * ((2 * t * t - 1) / 3 + d * t * (3 - 2 * t * t) / 6)))
    y = _ERF.take(nearest, mode="clip") + _SLOPE.take(nearest, mode="clip") * series
    signed: Array = np.copysign(y, x)
    return signed


def _single(x: Array) -> Array:
    """Return erf of x from the polynomial."""
    x = np.minimum(np.maximum(x, -FAR), FAR)
    square = x * x
    q = Q[-1] * square
    for coefficient in Q[-2:0:-1]:
        q += coefficient
        q *= square
    q += Q[0]
    q *= x
    return np.tanh(q, out=q)
