"""Right answers to lesson 5 in other styles."""

import numpy as np

from gradschool.grader.authoring import style


@style("loops over features")
def _(nn):
    def centre(x):
        features = x.shape[1]
        centred = np.empty_like(x)
        mean, variance = np.empty(features, dtype=x.dtype), np.empty(features, dtype=x.dtype)
        for f in range(features):
            mean[f] = np.mean(x[:, f])
            centred[:, f] = x[:, f] - mean[f]
            variance[f] = np.mean(centred[:, f] ** 2)
        return centred, mean, variance

    def normalize(centred, variance, gamma, beta, epsilon):
        y = np.empty_like(centred)
        inverse = (variance + epsilon) ** -0.5
        for f in range(len(variance)):
            y[:, f] = gamma[f] * (centred[:, f] * inverse[f]) + beta[f]
        return y, inverse

    def backward_by_graph(dy, centred, inverse, gamma):
        m, features = dy.shape
        dx_hat, dcentred, dx = np.empty_like(dy), np.empty_like(dy), np.empty_like(dy)
        ds, dvariance, dmean = np.empty_like(gamma), np.empty_like(gamma), np.empty_like(gamma)
        for f in range(features):
            dx_hat[:, f] = gamma[f] * dy[:, f]
            ds[f] = np.dot(dx_hat[:, f], centred[:, f])
            dvariance[f] = -(inverse[f] ** 3) * ds[f] / 2
            for n in range(m):
                dcentred[n, f] = inverse[f] * dx_hat[n, f] + dvariance[f] * 2 * centred[n, f] / m
            dmean[f] = -dcentred[:, f].sum()
            dx[:, f] = dcentred[:, f] + dmean[f] / m
        return dx_hat, ds, dvariance, dcentred, dmean, dx

    def backward_closed(dy, centred, inverse, gamma):
        dx = np.empty_like(dy)
        dgamma, dbeta = np.empty_like(gamma), np.empty_like(gamma)
        for f in range(len(gamma)):
            x_hat, g = centred[:, f] * inverse[f], dy[:, f]
            dgamma[f], dbeta[f] = np.sum(g * x_hat), np.sum(g)
            dx[:, f] = gamma[f] * inverse[f] * (g - g.mean() - x_hat * (g * x_hat).mean())
        return dx, dgamma, dbeta

    class BatchNorm(nn.BatchNorm):
        def forward(self, x, *, train=False):
            self.require_shape(x, train)
            y = np.empty_like(x)
            self.kept = []
            for f in range(x.shape[1]):
                column = x[:, f]
                mean, variance = self.running_mean[f], self.running_var[f]
                if train:
                    mean, variance = column.mean(), column.var()
                    self.running_mean[f] += self.momentum * (mean - self.running_mean[f])
                    self.running_var[f] += self.momentum * (column.var(ddof=1) - self.running_var[f])
                root = np.sqrt(variance + self.epsilon)
                x_hat = (column - mean) / root
                y[:, f] = self.gamma.value[f] * x_hat + self.beta.value[f]
                self.kept.append((x_hat, root))
            self.train = train
            return y

        def backward(self, dy):
            dx = np.empty_like(dy)
            for f, (x_hat, root) in enumerate(self.kept):
                g = dy[:, f]
                self.gamma.grad[f] += np.sum(g * x_hat)
                self.beta.grad[f] += np.sum(g)
                if self.train:
                    g = g - g.mean() - x_hat * np.mean(g * x_hat)
                dx[:, f] = self.gamma.value[f] / root * g
            return dx

        def follow(self, mean, variance, m):
            raise AssertionError("this style moves the statistics in forward")

    class Dropout(nn.Dropout):
        def forward(self, x, *, train=False):
            self.factor = np.ones(x.shape)
            if train:
                for i in np.ndindex(x.shape):
                    self.factor[i] = 0 if self.rng.random() < self.rate else 1 / (1 - self.rate)
            return self.factor * x

        def backward(self, dy):
            return self.factor * dy

    return {
        "centre": centre,
        "normalize": normalize,
        "backward_by_graph": backward_by_graph,
        "backward_closed": backward_closed,
        "BatchNorm": BatchNorm,
        "Dropout": Dropout,
    }


@style("axes with keepdims, and the paper's graph")
def _(nn):
    def axes_of(x):
        return (0,) if x.ndim == 2 else (0, 2, 3)

    def centre(x):
        mean = np.mean(x, axis=axes_of(x), keepdims=True)
        centred = x - mean
        return centred, mean.ravel(), np.var(x, axis=axes_of(x))

    def normalize(centred, variance, gamma, beta, epsilon):
        if centred.ndim == 4:
            rows = centred.transpose(0, 2, 3, 1).reshape(-1, centred.shape[1])
            y, inverse = normalize(rows, variance, gamma, beta, epsilon)
            n, c, h, w = centred.shape
            return y.reshape(n, h, w, c).transpose(0, 3, 1, 2), inverse
        root = np.sqrt(variance + epsilon)
        return gamma * (centred / root) + beta, 1 / root

    def backward_by_graph(dy, centred, inverse, gamma):
        m = dy.shape[0]
        dx_hat = gamma * dy
        ds = np.einsum("nd,nd->d", dx_hat, centred)
        dvariance = -ds * inverse**3 / 2
        # the paper has dμ in two terms, of which the second is 0
        dmean = -np.sum(dx_hat * inverse, axis=0) - dvariance * 2 * np.mean(centred, axis=0)
        dcentred = dx_hat * inverse + dvariance * (2 / m) * centred
        dx = dx_hat * inverse + dvariance * (2 / m) * centred + dmean / m
        return dx_hat, ds, dvariance, dcentred, dmean, dx

    def backward_closed(dy, centred, inverse, gamma):
        if dy.ndim == 4:
            n, c, h, w = dy.shape
            rows = [a.transpose(0, 2, 3, 1).reshape(-1, c) for a in (dy, centred)]
            dx, dgamma, dbeta = backward_closed(*rows, inverse, gamma)
            return dx.reshape(n, h, w, c).transpose(0, 3, 1, 2), dgamma, dbeta
        dx = backward_by_graph(dy, centred, inverse, gamma)[-1]
        return dx, np.sum(dy * centred * inverse, axis=0), np.sum(dy, axis=0)

    class BatchNorm(nn.BatchNorm):
        def forward(self, x, *, train=False):
            self.require_shape(x, train)
            self.train = train
            if train:
                self.centred, mean, variance = centre(x)
                self.follow(mean, variance, x.size / x.shape[1])
            else:
                variance = self.running_var
                self.centred = x - self.running_mean.reshape((1, -1) + (1,) * (x.ndim - 2))
            y, self.inverse = normalize(self.centred, variance, self.gamma.value, self.beta.value, self.epsilon)
            return y

        def backward(self, dy):
            dx, dgamma, dbeta = backward_closed(dy, self.centred, self.inverse, self.gamma.value)
            self.gamma.grad = self.gamma.grad + dgamma
            self.beta.grad = self.beta.grad + dbeta
            if self.train:
                return dx
            return dy * (self.gamma.value * self.inverse).reshape((1, -1) + (1,) * (dy.ndim - 2))

        def follow(self, mean, variance, m):
            unbiased = variance / (1 - 1 / m)
            self.running_mean = self.running_mean - self.momentum * (self.running_mean - mean)
            self.running_var = self.running_var - self.momentum * (self.running_var - unbiased)

    class Dropout(nn.Dropout):
        def forward(self, x, *, train=False):
            self.mask = None
            if not train:
                return x
            self.mask = self.rng.binomial(1, 1 - self.rate, size=x.shape)
            return np.where(self.mask, x / (1 - self.rate), 0)

        def backward(self, dy):
            return dy if self.mask is None else np.where(self.mask, dy, 0) / (1 - self.rate)

    return {
        "centre": centre,
        "normalize": normalize,
        "backward_by_graph": backward_by_graph,
        "backward_closed": backward_closed,
        "BatchNorm": BatchNorm,
        "Dropout": Dropout,
    }
