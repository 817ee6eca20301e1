"""The standard normal distribution: the probability Φ of a number below x, and its density φ = Φ′.

exact        Φ(x) = ½ (1 + erf(x/√2))            φ(x) = e^(−x²/2) / √(2π)
approximate  Φ(x) = ½ (1 + tanh u)               φ(x) = ½ (1 − tanh² u) u′ = 2 Φ(x) (1 − Φ(x)) u′
             u = √(2/π) (x + 0.044715 x³)        u′ = √(2/π) (1 + 3 · 0.044715 x²)

The approximation: Hendrycks & Gimpel (2016), arXiv:1606.08415.
"""

from __future__ import annotations

import math

import numpy as np

from gradschool.nn.activations.blocks import blockwise
from gradschool.nn.activations.erf import erf
from gradschool.nn.types import Array

FAR = 10.0
"""Where |x| is larger, the approximate Φ is 0 or 1 to the last bit; the cube of a larger x could overflow."""


def normal_cdf(x: Array) -> Array:
    """Return Φ(x), the probability that a standard normal number is below x."""
    return blockwise(_cdf, x)


def normal_pdf(x: Array) -> Array:
    """Return φ(x), the density of the standard normal distribution: the derivative of `normal_cdf`."""
    return blockwise(_pdf, x)


def tanh_cdf(x: Array) -> Array:
    """Return an approximation of Φ(x) by tanh."""
    return blockwise(_tanh_cdf, x)


def tanh_pdf(x: Array, cdf: Array) -> Array:
    """Return the derivative of `tanh_cdf` at x, given its value there."""
    return blockwise(_tanh_pdf, x, cdf)


def _cdf(x: Array) -> Array:
    y = erf(x * math.sqrt(0.5))
    y += 1
    y *= 0.5
    return y


def _pdf(x: Array) -> Array:
    y = np.minimum(np.abs(x), 40)  # φ(40) is 1e-348, which is 0; the square of a larger x could overflow
    y *= y
    y *= -0.5
    np.exp(y, out=y)
    y *= 1 / math.sqrt(2 * math.pi)
    return y


def _tanh_cdf(x: Array) -> Array:
    x = np.minimum(np.maximum(x, -FAR), FAR)
    y = x * x
    y *= 0.044715 * math.sqrt(2 / math.pi)
    y += math.sqrt(2 / math.pi)
    y *= x
    np.tanh(y, out=y)
    y += 1
    y *= 0.5
    return y


def _tanh_pdf(x: Array, cdf: Array) -> Array:
    y = np.minimum(np.abs(x), FAR)
    y *= y
    y *= 6 * 0.044715 * math.sqrt(2 / math.pi)
    y += 2 * math.sqrt(2 / math.pi)
    y *= cdf
    y *= 1 - cdf
    return y
