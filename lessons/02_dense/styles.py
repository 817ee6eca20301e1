"""Right answers to lesson 2 in other styles."""

import numpy as np

from gradschool.grader.authoring import style


@style("loops")
def _(nn):
    def numeric_gradient(f, x, dy, *, h=1e-5):
        x = np.array(x, dtype=np.float64)
        gradient = np.zeros(x.shape)
        for i in range(x.size):
            old = x.flat[i]
            x.flat[i] = old + h
            above = np.sum(f(x) * dy)
            x.flat[i] = old - h
            below = np.sum(f(x) * dy)
            x.flat[i] = old
            gradient.flat[i] = (above - below) / (2 * h)
        return gradient

    def glorot_uniform(shape, *, rng):
        rows, columns = shape
        limit = (6 / (rows + columns)) ** 0.5
        return limit * (2 * rng.random(shape) - 1)

    def he_normal(shape, *, rng):
        return rng.standard_normal(shape) * np.sqrt(2.0 / shape[0])

    class Dense(nn.Dense):
        def __init__(self, inputs, outputs, *, init=glorot_uniform, rng):
            W = init((inputs, outputs), rng=rng)
            self.W = nn.Parameter(W)
            self.b = nn.Parameter(np.zeros((outputs,)), decay=False)

        def forward(self, x, *, train=False):
            self.require_shape(x)
            self.x = x
            y = np.zeros((x.shape[0], self.W.value.shape[1]), dtype=np.result_type(x, self.W.value))
            for n in range(x.shape[0]):
                for m in range(self.W.value.shape[1]):
                    y[n, m] = np.sum(x[n] * self.W.value[:, m]) + self.b.value[m]
            return y

        def backward(self, dy):
            dx = np.zeros_like(self.x)
            for n in range(dy.shape[0]):
                self.W.grad += np.outer(self.x[n], dy[n])
                self.b.grad += dy[n]
                dx[n] = self.W.value @ dy[n]
            return dx

    class MeanSquaredError:
        def forward(self, prediction, target):
            if np.shape(prediction) != np.shape(target):
                raise ValueError("the shapes differ")
            self.prediction, self.target = prediction, target
            total = 0.0
            for p, t in zip(np.ravel(prediction), np.ravel(target), strict=True):
                total += (p - t) ** 2
            return total / np.size(prediction)

        def backward(self):
            return (self.prediction - self.target) * (2 / np.size(self.prediction))

    class Sequential(nn.Sequential):
        def forward(self, x, *, train=False):
            outputs = [x]
            for i in range(len(self.layers)):
                outputs.append(self.layers[i].forward(outputs[-1], train=train))
            return outputs[-1]

        def backward(self, dy):
            for i in range(len(self.layers) - 1, -1, -1):
                dy = self.layers[i].backward(dy)
            return dy

    class GradientDescent(nn.GradientDescent):
        def step(self):
            for parameter in self.parameters:
                if parameter.decay:
                    shrunk = parameter.value * (1 - self.learning_rate * self.weight_decay)
                    parameter.value = shrunk - self.learning_rate * parameter.grad
                else:
                    parameter.value = parameter.value - self.learning_rate * parameter.grad

    return {
        "numeric_gradient": numeric_gradient,
        "glorot_uniform": glorot_uniform,
        "he_normal": he_normal,
        "Dense": Dense,
        "MeanSquaredError": MeanSquaredError,
        "Sequential": Sequential,
        "GradientDescent": GradientDescent,
    }


@style("einsum and comprehensions")
def _(nn):
    def numeric_gradient(f, x, dy, *, h=1e-5):
        x = np.asarray(x).astype(float)
        steps = h * np.eye(x.size).reshape(x.size, *x.shape)
        slopes = [np.vdot(f(x + step), dy) - np.vdot(f(x - step), dy) for step in steps]
        return np.reshape(slopes, x.shape) / (2 * h)

    def glorot_uniform(shape, *, rng):
        variance = 2 / sum(shape)
        return rng.uniform(-1, 1, shape) * np.sqrt(3 * variance)

    def he_normal(shape, *, rng):
        scale = np.sqrt(2 / shape[0])
        return np.array([[rng.normal(scale=scale) for _ in range(shape[1])] for _ in range(shape[0])])

    class Dense(nn.Dense):
        def __init__(self, inputs, outputs, *, init=glorot_uniform, rng):
            self.W = nn.Parameter(init((inputs, outputs), rng=rng), decay=True)
            self.b = nn.Parameter([0.0] * outputs, decay=False)

        def forward(self, x, *, train=False):
            self.require_shape(x)
            self.saved = x.copy()
            y = np.einsum("nd,dm->nm", x, self.W.value)
            y += self.b.value
            return y

        def backward(self, dy):
            self.W.grad = self.W.grad + np.einsum("nd,nm->dm", self.saved, dy)
            self.b.grad = self.b.grad + np.ones(len(dy), dtype=dy.dtype) @ dy
            return np.einsum("nm,dm->nd", dy, self.W.value)

    class MeanSquaredError(nn.MeanSquaredError):
        def forward(self, prediction, target):
            if prediction.shape != target.shape:
                raise ValueError(f"the prediction is {prediction.shape}, the target {target.shape}")
            self.error = np.subtract(target, prediction)
            return np.vdot(self.error, self.error) / self.error.size

        def backward(self):
            return -2 * self.error / self.error.size

    class Sequential(nn.Sequential):
        def forward(self, x, *, train=False):
            y = x
            for layer in self.layers:
                y = layer(y, train=train)
            return y

        def backward(self, dy):
            for layer in self.layers[::-1]:
                dy = layer.backward(dy)
            return dy

    class GradientDescent(nn.GradientDescent):
        def step(self):
            for p in self.parameters:
                gradient = p.grad.copy()
                if p.decay:
                    gradient += self.weight_decay * p.value
                p.value[...] = p.value - self.learning_rate * gradient

    return {
        "numeric_gradient": numeric_gradient,
        "glorot_uniform": glorot_uniform,
        "he_normal": he_normal,
        "Dense": Dense,
        "MeanSquaredError": MeanSquaredError,
        "Sequential": Sequential,
        "GradientDescent": GradientDescent,
    }
