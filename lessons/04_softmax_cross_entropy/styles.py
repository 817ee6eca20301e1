"""Right answers to lesson 4 in other styles."""

import numpy as np

from gradschool.grader.authoring import style
from gradschool.nn.losses.targets import example_weights, require_target


@style("loops")
def _(nn):
    def log_sum_exp(x, *, axis=-1):
        moved = np.moveaxis(x, axis, -1)
        result = np.zeros(moved.shape[:-1], dtype=x.dtype)
        for i in np.ndindex(result.shape):
            largest, total = max(moved[i]), 0.0
            for number in moved[i]:
                total += np.exp(number - largest)
            result[i] = largest + np.log(total)
        return result

    class Softmax(nn.Softmax):
        def forward(self, x, *, train=False):
            rows = np.moveaxis(x, self.axis, -1)
            p = np.zeros_like(rows)
            for i in np.ndindex(rows.shape[:-1]):
                e = [np.exp(z - max(rows[i])) for z in rows[i]]
                p[i] = [number / sum(e) for number in e]
            self.p = np.moveaxis(p, -1, self.axis)
            return self.p

        def backward(self, dy):
            p, d = np.moveaxis(self.p, self.axis, -1), np.moveaxis(dy, self.axis, -1)
            dx = np.zeros_like(d)
            for i in np.ndindex(p.shape[:-1]):
                jacobian = np.diag(p[i]) - np.outer(p[i], p[i])
                dx[i] = jacobian @ d[i]
            return np.moveaxis(dx, -1, self.axis)

    class LogSoftmax(nn.LogSoftmax):
        def forward(self, x, *, train=False):
            self.y = x - np.expand_dims(log_sum_exp(x, axis=self.axis), self.axis)
            return self.y

        def backward(self, dy):
            y, d = np.moveaxis(self.y, self.axis, -1), np.moveaxis(dy, self.axis, -1)
            dx = np.zeros_like(d)
            for i in np.ndindex(y.shape[:-1]):
                jacobian = np.eye(len(y[i])) - np.exp(y[i])[None, :]
                dx[i] = jacobian.T @ d[i]
            return np.moveaxis(dx, -1, self.axis)

    def soft_targets(target, shape, *, smoothing=0.0, dtype=np.float64):
        t = np.zeros(shape, dtype=dtype)
        if target.shape == shape:
            t[...] = target
        else:
            for i in np.ndindex(target.shape):
                t[i][int(target[i])] = 1
        for i in np.ndindex(*shape):
            t[i] = (1 - smoothing) * t[i] + smoothing / shape[-1]
        return t

    class SoftmaxCrossEntropy(nn.SoftmaxCrossEntropy):
        def forward(self, prediction, target):
            require_target(prediction, target)
            self.shape = prediction.shape
            z = prediction.reshape(-1, self.shape[-1])
            t = soft_targets(target, self.shape, smoothing=self.smoothing, dtype=z.dtype).reshape(z.shape)
            self.dz, loss = np.zeros_like(z), 0.0
            for n in range(len(z)):
                total = np.max(z[n]) + np.log(np.sum(np.exp(z[n] - np.max(z[n]))))
                loss += np.sum(t[n] * (total - z[n])) / len(z)
                self.dz[n] = (np.exp(z[n] - total) - t[n]) / len(z)
            return loss

        def backward(self):
            return self.dz.reshape(self.shape)

    def count_pairs(predicted, true, classes):
        matrix = np.zeros((classes, classes))
        for n in range(len(true)):
            matrix[true[n], predicted[n]] += 1
        return matrix

    return {
        "log_sum_exp": log_sum_exp,
        "Softmax": Softmax,
        "LogSoftmax": LogSoftmax,
        "soft_targets": soft_targets,
        "SoftmaxCrossEntropy": SoftmaxCrossEntropy,
        "count_pairs": count_pairs,
    }


@style("NumPy's own tools")
def _(nn):
    def log_sum_exp(x, *, axis=-1):
        return np.logaddexp.reduce(x, axis=axis)

    class Softmax(nn.Softmax):
        def forward(self, x, *, train=False):
            self.saved = np.exp(x - np.logaddexp.reduce(x, axis=self.axis, keepdims=True))
            return self.saved

        def backward(self, dy):
            weighted = self.saved * dy
            return weighted - self.saved * weighted.sum(axis=self.axis, keepdims=True)

    class LogSoftmax(nn.LogSoftmax):
        def forward(self, x, *, train=False):
            y = x - np.logaddexp.reduce(x, axis=self.axis, keepdims=True)
            self.p = np.exp(y)
            return y

        def backward(self, dy):
            return dy - self.p * dy.sum(axis=self.axis, keepdims=True)

    def soft_targets(target, shape, *, smoothing=0.0, dtype=np.float64):
        classes = shape[-1]
        rows = np.array(target if target.shape == shape else np.eye(classes)[target], dtype=dtype)
        rows += smoothing * (1 / classes - rows)
        return rows

    class SoftmaxCrossEntropy(nn.SoftmaxCrossEntropy):
        def forward(self, prediction, target):
            require_target(prediction, target, self.ignore)
            self.weight = example_weights(prediction, target, self.ignore)
            self.t = soft_targets(target, prediction.shape, smoothing=self.smoothing, dtype=prediction.dtype)
            log_p = prediction - np.logaddexp.reduce(prediction, axis=-1, keepdims=True)
            self.p = np.exp(log_p)
            return -np.sum(self.weight * self.t * log_p)

        def backward(self):
            return self.weight * (self.p - self.t)

    def count_pairs(predicted, true, classes):
        matrix = np.zeros((classes, classes), dtype=int)
        np.add.at(matrix, (true, predicted), 1)
        return matrix

    return {
        "log_sum_exp": log_sum_exp,
        "Softmax": Softmax,
        "LogSoftmax": LogSoftmax,
        "soft_targets": soft_targets,
        "SoftmaxCrossEntropy": SoftmaxCrossEntropy,
        "count_pairs": count_pairs,
    }


@style("layers within the loss")
def _(nn):
    class Softmax(nn.Softmax):
        def forward(self, x, *, train=False):
            e = np.exp(x - x.max(axis=self.axis, keepdims=True))
            self.y = e / e.sum(axis=self.axis, keepdims=True)
            return self.y

        def backward(self, dy):
            return self.y * (dy - (self.y * dy).sum(axis=self.axis, keepdims=True))

    class LogSoftmax(nn.LogSoftmax):
        def forward(self, x, *, train=False):
            m = x.max(axis=self.axis, keepdims=True)
            e = np.exp(x - m)
            total = e.sum(axis=self.axis, keepdims=True)
            self.p = e / total
            return x - m - np.log(total)

        def backward(self, dy):
            return dy - self.p * dy.sum(axis=self.axis, keepdims=True)

    class SoftmaxCrossEntropy(nn.SoftmaxCrossEntropy):
        def forward(self, prediction, target):
            require_target(prediction, target)
            classes = prediction.shape[-1]
            labels = target.ndim < prediction.ndim
            t = np.eye(classes, dtype=prediction.dtype)[target] if labels else target
            self.t = (1 - self.smoothing) * t + self.smoothing / classes
            self.n = prediction.size // classes
            self.layer = LogSoftmax()
            return float(-(self.t * self.layer.forward(prediction)).sum() / self.n)

        def backward(self):
            return self.layer.backward(-self.t / self.n)

    return {"Softmax": Softmax, "LogSoftmax": LogSoftmax, "SoftmaxCrossEntropy": SoftmaxCrossEntropy}
