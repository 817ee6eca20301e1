"""Gaussian error linear unit.

Forward      Y = X Φ(X)                          X, Y of any one shape

Backward     dX = dY · (Φ(X) + X φ(X))           φ = Φ′

Φ is the standard normal distribution, or an approximation of it by tanh; see `normal`.

Hendrycks & Gimpel (2016), arXiv:1606.08415.
"""

from __future__ import annotations

from gradschool.nn.activations.normal import normal_cdf, normal_pdf, tanh_cdf, tanh_pdf
from gradschool.nn.dtypes import floating
from gradschool.nn.layers.layer import Layer
from gradschool.nn.types import Array


class GELU(Layer):
    """x times the probability that a standard normal number is below x.

    The probability is exact, or `approximate`: by tanh.
    """

    def __init__(self, approximate: bool = False) -> None:
        """Keep whether the probability is approximate."""
        self.approximate = approximate

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output, of the shape of `x`."""
        self._x = x = floating(x)
        self._cdf = tanh_cdf(x) if self.approximate else normal_cdf(x)
        return x * self._cdf

    def backward(self, dy: Array) -> Array:
        """Return dX, of the shape of `dy`."""
        x, cdf = self._x, self._cdf
        pdf = tanh_pdf(x, cdf) if self.approximate else normal_pdf(x)
        return dy * (cdf + x * pdf)
