"""Right answers to lesson 9 in other styles."""

from math import sqrt

import numpy as np

from gradschool.grader.authoring import style


@style("entry by entry")
def _(nn):
    def rosenbrock_gradient(point):
        gradient = np.empty(np.shape(point), dtype=float)
        for i in np.ndindex(np.shape(point)[1:]):
            x, y = float(point[(0, *i)]), float(point[(1, *i)])
            gradient[(0, *i)] = 2 * x - 2 + 400 * x**3 - 400 * x * y
            gradient[(1, *i)] = 200 * y - 200 * x**2
        return gradient

    def follow(mean, new, keep):
        for i in np.ndindex(mean.shape):
            mean[i] = keep * mean[i] + (1 - keep) * new[i]

    class SGD(nn.SGD):
        def update(self, value, grad, velocity=None, *, rate, t):
            if velocity is None:
                value[:] = [w - rate * g for w, g in zip(value.tolist(), grad.tolist(), strict=True)]
                return
            taken_up = self.dampened(grad, t).tolist()
            velocity[:] = [self.momentum * v + g for v, g in zip(velocity.tolist(), taken_up, strict=True)]
            steps = velocity.tolist()
            if self.nesterov:
                steps = [g + self.momentum * v for g, v in zip(grad.tolist(), steps, strict=True)]
            value[:] = [w - rate * step for w, step in zip(value.tolist(), steps, strict=True)]

    class Adagrad(nn.Adagrad):
        def update(self, value, grad, s, *, rate, t):
            new_value, new_s = [], []
            for w, g, total in zip(value.tolist(), grad.tolist(), s.tolist(), strict=True):
                total += g**2
                new_s.append(total)
                new_value.append(w - rate * g / (sqrt(total) + self.epsilon))
            value[:], s[:] = new_value, new_s

    class RMSprop(nn.RMSprop):
        def update(self, value, grad, v, mean=None, velocity=None, *, rate, t):
            g = grad.tolist()
            v[:] = [self.alpha * old + (1 - self.alpha) * x * x for old, x in zip(v.tolist(), g, strict=True)]
            under = v.tolist() if mean is None else self.centred(grad, v, mean).tolist()
            steps = [x / (sqrt(y) + self.epsilon) for x, y in zip(g, under, strict=True)]
            if velocity is not None:
                steps = [self.momentum * b + step for b, step in zip(velocity.tolist(), steps, strict=True)]
                velocity[:] = steps
            value[:] = [w - rate * step for w, step in zip(value.tolist(), steps, strict=True)]

    class Adadelta(nn.Adadelta):
        def update(self, value, grad, v, u, *, rate, t):
            keep, epsilon = self.rho, self.epsilon
            rows = []
            for w, g, vi, ui in zip(value.tolist(), grad.tolist(), v.tolist(), u.tolist(), strict=True):
                vi = keep * vi + (1 - keep) * g * g
                change = sqrt(ui + epsilon) / sqrt(vi + epsilon) * g
                ui = keep * ui + (1 - keep) * change * change
                rows.append((w - rate * change, vi, ui))
            value[:], v[:], u[:] = zip(*rows, strict=True)

    class Adam(nn.Adam):
        def update(self, value, grad, m, v, *, rate, t):
            first, second = self.betas
            short_m, short_v = 1 - first**t, 1 - second**t
            rows = []
            for w, g, mi, vi in zip(value.tolist(), grad.tolist(), m.tolist(), v.tolist(), strict=True):
                mi = first * mi + (1 - first) * g
                vi = second * vi + (1 - second) * g * g
                rows.append((w - rate * (mi / short_m) / (sqrt(vi / short_v) + self.epsilon), mi, vi))
            value[:], m[:], v[:] = zip(*rows, strict=True)

    class AdamW(nn.AdamW):
        def decayed(self, value, grad, *, rate, decay):
            for i in range(len(value)):
                value[i] -= rate * decay * value[i]
            return grad

    return {
        "rosenbrock_gradient": rosenbrock_gradient,
        "follow": follow,
        "SGD": SGD,
        "Adagrad": Adagrad,
        "RMSprop": RMSprop,
        "Adadelta": Adadelta,
        "Adam": Adam,
        "AdamW": AdamW,
    }


@style("assigned into slices")
def _(nn):
    def rosenbrock_gradient(point):
        point = np.asarray(point, dtype=np.float64)
        result = np.zeros_like(point)
        result[1] = 200 * (point[1] - point[0] ** 2)
        result[0] = 2 * (point[0] - 1) - 2 * point[0] * result[1]
        return result

    def follow(mean, new, keep):
        mean += (1 - keep) * (new - mean)

    class SGD(nn.SGD):
        def update(self, value, grad, velocity=None, *, rate, t):
            if velocity is None:
                change = grad
            elif self.nesterov:
                velocity[:] = self.momentum * velocity + grad
                change = grad + self.momentum * velocity
            else:
                velocity[:] = self.momentum * velocity + self.dampened(grad, t)
                change = velocity
            value[:] = value - rate * change

    class Adagrad(nn.Adagrad):
        def update(self, value, grad, s, *, rate, t):
            s[:] = s + np.square(grad)
            value[:] = value - np.divide(rate * grad, np.sqrt(s) + self.epsilon)

    class RMSprop(nn.RMSprop):
        def update(self, value, grad, v, mean=None, velocity=None, *, rate, t):
            v[:] = self.alpha * v + (1 - self.alpha) * np.square(grad)
            deviation = np.sqrt(v) if mean is None else np.sqrt(self.centred(grad, v, mean))
            change = grad / (deviation + self.epsilon)
            if velocity is not None:
                velocity[:] = self.momentum * velocity + change
                change = velocity
            value[:] = value - rate * change

    class Adadelta(nn.Adadelta):
        def update(self, value, grad, v, u, *, rate, t):
            v[:] = self.rho * v + (1 - self.rho) * grad * grad
            rms_before, rms_gradient = np.sqrt(u + self.epsilon), np.sqrt(v + self.epsilon)
            change = -grad * rms_before / rms_gradient
            u[:] = self.rho * u + (1 - self.rho) * change * change
            value += rate * change

    class Adam(nn.Adam):
        def update(self, value, grad, m, v, *, rate, t):
            beta1, beta2 = self.betas
            nn.follow(m, grad, beta1)
            nn.follow(v, grad * grad, beta2)
            m_hat = m / (1 - beta1**t)
            v_hat = v / (1 - beta2**t)
            value[:] = value - rate * m_hat / (np.sqrt(v_hat) + self.epsilon)

    class AdamW(nn.AdamW):
        def decayed(self, value, grad, *, rate, decay):
            value[...] = value - rate * decay * value
            return grad.copy()

    return {
        "rosenbrock_gradient": rosenbrock_gradient,
        "follow": follow,
        "SGD": SGD,
        "Adagrad": Adagrad,
        "RMSprop": RMSprop,
        "Adadelta": Adadelta,
        "Adam": Adam,
        "AdamW": AdamW,
    }
