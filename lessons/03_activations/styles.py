"""Right answers to lesson 3 in other styles."""

import numpy as np

from gradschool.grader.authoring import style
from gradschool.nn.activations.normal import normal_cdf, normal_pdf, tanh_cdf, tanh_pdf


@style("masks")
def _(nn):
    class ReLU(nn.ReLU):
        def forward(self, x, *, train=False):
            self.on = x > 0
            y = x.copy()
            y[~self.on] = 0
            return y

        def backward(self, dy):
            dx = dy.copy()
            dx[~self.on] = 0
            return dx

    def sigmoid(x):
        y = np.empty_like(x)
        positive = x >= 0
        y[positive] = 1 / (1 + np.exp(-x[positive]))
        e = np.exp(x[~positive])
        y[~positive] = e / (1 + e)
        return y

    class Sigmoid(nn.Sigmoid):
        def forward(self, x, *, train=False):
            self.x = x
            return sigmoid(x)

        def backward(self, dy):
            return dy * sigmoid(self.x) * sigmoid(-self.x)

    class Tanh(nn.Tanh):
        def forward(self, x, *, train=False):
            self.x = x
            return np.tanh(x)

        def backward(self, dy):
            return dy * (1 - np.tanh(self.x) ** 2)

    class LeakyReLU(nn.LeakyReLU):
        def forward(self, x, *, train=False):
            self.negative = x <= 0
            y = np.array(x)
            y[self.negative] *= self.slope
            return y

        def backward(self, dy):
            dx = np.array(dy)
            dx[self.negative] *= self.slope
            return dx

    class ELU(nn.ELU):
        def forward(self, x, *, train=False):
            self.negative = x <= 0
            y = np.array(x)
            y[self.negative] = self.alpha * np.expm1(x[self.negative])
            self.y = y
            return y

        def backward(self, dy):
            dx = np.array(dy)
            dx[self.negative] *= self.y[self.negative] + self.alpha
            return dx

    def softplus(x):
        y = np.empty_like(x)
        large = x > 0
        y[large] = x[large] + np.log1p(np.exp(-x[large]))
        y[~large] = np.log1p(np.exp(x[~large]))
        return y

    class Softplus(nn.Softplus):
        def forward(self, x, *, train=False):
            z = self.beta * x
            self.slope = sigmoid(z)
            return softplus(z) / self.beta

        def backward(self, dy):
            return self.slope * dy

    class GELU(nn.GELU):
        def forward(self, x, *, train=False):
            if self.approximate:
                cdf = tanh_cdf(x)
                pdf = tanh_pdf(x, cdf)
            else:
                cdf, pdf = normal_cdf(x), normal_pdf(x)
            self.slope = cdf + x * pdf
            return x * cdf

        def backward(self, dy):
            return dy * self.slope

    return {
        "ReLU": ReLU,
        "sigmoid": sigmoid,
        "Sigmoid": Sigmoid,
        "Tanh": Tanh,
        "LeakyReLU": LeakyReLU,
        "ELU": ELU,
        "softplus": softplus,
        "Softplus": Softplus,
        "GELU": GELU,
    }


@style("other identities")
def _(nn):
    class ReLU(nn.ReLU):
        def forward(self, x, *, train=False):
            self.y = (x + np.abs(x)) / 2
            return self.y

        def backward(self, dy):
            return np.where(self.y > 0, dy, np.zeros_like(dy))

    def sigmoid(x):
        return 0.5 * (1 + np.tanh(0.5 * x))

    class Sigmoid(nn.Sigmoid):
        def forward(self, x, *, train=False):
            self.y = sigmoid(x)
            return self.y.copy()

        def backward(self, dy):
            return dy * (self.y - self.y**2)

    class Tanh(nn.Tanh):
        def forward(self, x, *, train=False):
            e = np.exp(-2 * np.abs(x))
            self.y = np.sign(x) * (1 - e) / (1 + e)
            return self.y

        def backward(self, dy):
            return dy * (1 - self.y) * (1 + self.y)

    class LeakyReLU(nn.LeakyReLU):
        def forward(self, x, *, train=False):
            self.x = x
            return np.maximum(x, 0) + self.slope * np.minimum(x, 0)

        def backward(self, dy):
            return dy * np.where(self.x > 0, 1.0, self.slope).astype(dy.dtype)

    class ELU(nn.ELU):
        def forward(self, x, *, train=False):
            self.x = x
            return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0)))

        def backward(self, dy):
            return np.where(self.x > 0, dy, dy * self.alpha * np.exp(-np.abs(self.x)))

    def softplus(x):
        return np.logaddexp(np.zeros_like(x), x)

    class Softplus(nn.Softplus):
        def forward(self, x, *, train=False):
            self.y = softplus(self.beta * x) / self.beta
            return self.y

        def backward(self, dy):
            return dy * -np.expm1(-self.beta * self.y)

    class GELU(nn.GELU):
        def forward(self, x, *, train=False):
            import math

            self.x = x
            if self.approximate:
                u = np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)
                return 0.5 * x * (1 + np.tanh(u))
            self.below = 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))
            return x * self.below

        def backward(self, dy):
            x = self.x
            if self.approximate:
                t = np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))
                du = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x**2)
                return dy * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * du)
            return dy * (self.below + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))

    return {
        "ReLU": ReLU,
        "sigmoid": sigmoid,
        "Sigmoid": Sigmoid,
        "Tanh": Tanh,
        "LeakyReLU": LeakyReLU,
        "ELU": ELU,
        "softplus": softplus,
        "Softplus": Softplus,
        "GELU": GELU,
    }
