"""The activations, as their formulas.

At a kink the slope is that of the hand-derived layer: of equal arguments, `maximum` and `minimum` give the gradient to
the first, and a plain number has no use for it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from gradschool.nn.activations import (
    celu,
    clipped,
    elu,
    gelu,
    hard,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    mish,
    relu,
    selu,
    shrink,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    tanh,
)
from gradschool.nn.activations.normal import FAR
from gradschool.nn.autograd import functions as f
from gradschool.nn.autograd.faces import Taped, through
from gradschool.nn.layers import activation

if TYPE_CHECKING:
    from gradschool.nn.autograd.tensor import Tensor


class Activation(Taped, activation.Activation):
    """An activation that is named, or given as a layer."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the activation's output, of the shape of `x`."""
        return x if self.layer is None else through(self.layer, x, train=train)


class ReLU(Taped, relu.ReLU):
    """max(x, 0)."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return x.relu()


class LeakyReLU(Taped, leaky_relu.LeakyReLU):
    """max(slope x, x)."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return f.maximum(self.slope * x, x)


class ReLU6(Taped, clipped.ReLU6):
    """min(6, max(x, 0))."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return f.minimum(6.0, x.relu())


class Hardtanh(Taped, clipped.Hardtanh):
    """min(high, max(low, x))."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return f.minimum(self.high, f.maximum(self.low, x))


class Threshold(Taped, clipped.Threshold):
    """x above the threshold, else a value."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return f.where(x.data <= self.threshold, self.value, x)


class Hardsigmoid(Taped, hard.Hardsigmoid):
    """min(1, max(0, x/6 + 1/2))."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return f.minimum(1.0, f.maximum(0.0, x / 6 + 0.5))


class Hardswish(Taped, hard.Hardswish):
    """x min(1, max(0, x/6 + 1/2))."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return x * f.minimum(1.0, f.maximum(0.0, x / 6 + 0.5))


class ELU(Taped, elu.ELU):
    """max(x, 0) + α (e^min(x, 0) − 1)."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return x.relu() + self.alpha * f.expm1(f.minimum(x, 0.0))


class CELU(Taped, celu.CELU):
    """max(x, 0) + α (e^(min(x, 0)/α) − 1)."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return x.relu() + self.alpha * f.expm1(f.minimum(x, 0.0) / self.alpha)


class SELU(Taped, selu.SELU):
    """λ (max(x, 0) + α (e^min(x, 0) − 1))."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return selu.SCALE * x.relu() + selu.SCALE * selu.ALPHA * f.expm1(f.minimum(x, 0.0))


class GELU(Taped, gelu.GELU):
    """x Φ(x)."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        if self.approximate:
            near = f.minimum(f.maximum(x, -FAR), FAR)
            u = math.sqrt(2 / math.pi) * (near + 0.044715 * near**3)
            return x * (0.5 * (1 + u.tanh()))
        return x * (0.5 * (1 + f.erf(x * math.sqrt(0.5))))


class Sigmoid(Taped, sigmoid.Sigmoid):
    """1 / (1 + e⁻ˣ)."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return x.sigmoid()


class LogSigmoid(Taped, log_sigmoid.LogSigmoid):
    """log σ(x)."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return f.log_sigmoid(x)


class SiLU(Taped, silu.SiLU):
    """x σ(x)."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return x * x.sigmoid()


class Mish(Taped, mish.Mish):
    """x tanh(log(1 + eˣ))."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return x * f.softplus(x).tanh()


class Softplus(Taped, softplus.Softplus):
    """log(1 + e^(β x)) / β."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return f.softplus(self.beta * x) / self.beta


class Tanh(Taped, tanh.Tanh):
    """The hyperbolic tangent."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return x.tanh()


class Tanhshrink(Taped, shrink.Tanhshrink):
    """x − tanh x."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return x - x.tanh()


class Softsign(Taped, softsign.Softsign):
    """x / (1 + |x|)."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return x / (1 + x.abs())


class Hardshrink(Taped, shrink.Hardshrink):
    """x beyond the threshold, else 0."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return f.where(np.abs(x.data) > self.threshold, x, 0.0)


class Softshrink(Taped, shrink.Softshrink):
    """x − min(max(x, −t), t)."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return x - f.minimum(f.maximum(x, -self.threshold), self.threshold)


class Softmax(Taped, softmax.Softmax):
    """e^xᵢ / Σⱼ e^xⱼ along an axis."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        e = f.exp(x - x.data.max(axis=self.axis, keepdims=True))
        return e / e.sum(axis=self.axis, keepdims=True)


class LogSoftmax(Taped, log_softmax.LogSoftmax):
    """x − log Σⱼ e^xⱼ along an axis."""

    def compute(self, x: Tensor, *, train: bool) -> Tensor:
        """Return the output, of the shape of `x`."""
        return f.log_softmax(x, axis=self.axis)
