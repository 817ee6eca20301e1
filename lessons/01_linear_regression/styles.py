"""Right answers to lesson 1 in other styles."""

import numpy as np

from gradschool.grader.authoring import style


@style("loops over rows and features")
def _(nn):
    def predict(X, theta):
        prediction = np.zeros(len(X))
        for n in range(len(X)):
            prediction[n] = theta[0]
            for j in range(X.shape[1]):
                prediction[n] += X[n, j] * theta[j + 1]
        return prediction

    def mean_squared_error(prediction, y):
        if prediction.shape != y.shape:
            raise ValueError("the shapes differ")
        total = 0.0
        for guess, truth in zip(prediction, y, strict=True):
            total += (guess - truth) ** 2
        return total / len(y)

    def gradient(X, y, theta):
        slope = np.zeros(len(theta))
        for n in range(len(y)):
            residual = theta[0] + sum(X[n, j] * theta[j + 1] for j in range(X.shape[1])) - y[n]
            slope[0] += 2 * residual
            for j in range(X.shape[1]):
                slope[j + 1] += 2 * residual * X[n, j]
        return slope / len(y)

    def gradient_descent(slope, theta, *, learning_rate, steps):
        path = np.empty((steps + 1, len(theta)))
        path[0] = theta
        for k in range(steps):
            path[k + 1] = path[k] - learning_rate * slope(path[k])
        return path

    def standardize(X):
        Z, mean, scale = np.empty(X.shape), np.empty(X.shape[1]), np.ones(X.shape[1])
        for j in range(X.shape[1]):
            column = X[:, j]
            mean[j] = column.sum() / len(column)
            spread = np.sqrt(((column - mean[j]) ** 2).sum() / len(column))
            if spread > 0:
                scale[j] = spread
            Z[:, j] = (column - mean[j]) / scale[j]
        return Z, mean, scale

    def normal_equations(X, y, *, strength=0.0):
        A = np.hstack([np.ones((len(X), 1)), X])
        M = A.T @ A
        for j in range(1, len(M)):
            M[j, j] += strength * len(y)
        return np.linalg.solve(M, A.T @ y)

    class L2(nn.L2):
        def value(self, w):
            total = 0.0
            for entry in w:
                total += self.strength * entry**2
            return total

        def gradient(self, w):
            return np.array([2 * self.strength * entry for entry in w])

    class L1(nn.L1):
        def value(self, w):
            total = 0.0
            for entry in w:
                total += self.strength * abs(entry)
            return total

        def gradient(self, w):
            pull = np.zeros(len(w))
            for j, entry in enumerate(w):
                if entry > 0:
                    pull[j] = self.strength
                elif entry < 0:
                    pull[j] = -self.strength
            return pull

    def penalized_gradient(X, y, theta, penalty):
        total = np.array(nn.gradient(X, y, theta))
        pull = penalty.gradient(theta[1:])
        for j in range(len(pull)):
            total[j + 1] += pull[j]
        return total

    return {
        "predict": predict,
        "mean_squared_error": mean_squared_error,
        "gradient": gradient,
        "gradient_descent": gradient_descent,
        "standardize": standardize,
        "normal_equations": normal_equations,
        "L2": L2,
        "L1": L1,
        "penalized_gradient": penalized_gradient,
    }


@style("a column of ones")
def _(nn):
    def predict(X, theta):
        return np.insert(X, 0, 1.0, axis=1) @ theta

    def mean_squared_error(prediction, y):
        if np.shape(prediction) != np.shape(y):
            raise ValueError(f"shapes {np.shape(prediction)} and {np.shape(y)} differ")
        residual = np.subtract(prediction, y)
        return residual @ residual / residual.size

    def gradient(X, y, theta):
        A = np.c_[np.ones(len(X)), X]
        return 2 * A.T @ (A @ theta - y) / len(A)

    def gradient_descent(slope, theta, *, learning_rate, steps):
        theta = np.array(theta, dtype=float)
        path = [theta.copy()]
        for _ in range(steps):
            theta -= learning_rate * slope(theta.copy())
            path.append(theta.copy())
        return np.stack(path)

    def standardize(X):
        mean = X.sum(axis=0) / len(X)
        centred = X - mean
        scale = np.linalg.norm(centred, axis=0) / np.sqrt(len(X))
        scale[scale == 0] = 1.0
        return centred / scale, mean, scale

    def normal_equations(X, y, *, strength=0.0):
        # the penalty as D more rows: a patient each with one feature of √(N λ) and the target 0
        N, D = X.shape
        A = np.hstack([np.ones((N, 1)), X])
        more = np.sqrt(N * strength) * np.eye(D + 1)[1:]
        return np.linalg.lstsq(np.vstack([A, more]), np.append(y, np.zeros(D)), rcond=None)[0]

    class L2(nn.L2):
        def value(self, w):
            return self.strength * np.dot(w, w)

        def gradient(self, w):
            return self.strength * (w + w)

    class L1(nn.L1):
        def value(self, w):
            return self.strength * np.linalg.norm(w, ord=1)

        def gradient(self, w):
            return self.strength * ((w > 0).astype(float) - (w < 0))

    def penalized_gradient(X, y, theta, penalty):
        pull = np.concatenate([[0.0], penalty.gradient(theta[1:])])
        return nn.gradient(X, y, theta) + pull

    return {
        "predict": predict,
        "mean_squared_error": mean_squared_error,
        "gradient": gradient,
        "gradient_descent": gradient_descent,
        "standardize": standardize,
        "normal_equations": normal_equations,
        "L2": L2,
        "L1": L1,
        "penalized_gradient": penalized_gradient,
    }


@style("einsum, QR and comprehensions")
def _(nn):
    def predict(X, theta):
        intercept, w = theta[0], theta[1:]
        return np.einsum("nd,d->n", X, w) + intercept

    def mean_squared_error(prediction, y):
        if prediction.shape == y.shape:
            return np.square(prediction - y).mean()
        raise ValueError("prediction and y must have one shape")

    def gradient(X, y, theta):
        residual = np.einsum("nd,d->n", X, theta[1:]) + theta[0] - y
        return 2 * np.array([residual.mean()] + [(residual * column).mean() for column in X.T])

    def gradient_descent(slope, theta, *, learning_rate, steps):
        if steps == 0:
            return np.array([theta])
        before = gradient_descent(slope, theta, learning_rate=learning_rate, steps=steps - 1)
        return np.vstack([before, before[-1] - learning_rate * slope(before[-1])])

    def standardize(X):
        mean = np.average(X, axis=0)
        scale = np.sqrt(np.einsum("nd,nd->d", X - mean, X - mean) / X.shape[0])
        scale = np.where(scale > 0, scale, 1.0)
        return np.true_divide(X - mean, scale), mean, scale

    def normal_equations(X, y, *, strength=0.0):
        # centring frees the intercept from the penalty; QR of the centred features with the penalty's rows below
        mean = X.mean(axis=0)
        A = np.vstack([X - mean, np.sqrt(len(X) * strength) * np.eye(X.shape[1])])
        Q, R = np.linalg.qr(A)
        w = np.linalg.solve(R, Q.T @ np.concatenate([y - y.mean(), np.zeros(X.shape[1])]))
        return np.array([y.mean() - mean @ w, *w])

    class L2(nn.L2):
        def value(self, w):
            return sum(self.strength * entry * entry for entry in w)

        def gradient(self, w):
            return np.multiply(w, 2.0 * self.strength)

    class L1(nn.L1):
        def value(self, w):
            return sum(self.strength * abs(entry) for entry in w)

        def gradient(self, w):
            return np.select([w > 0, w < 0], [self.strength, -self.strength], default=0.0)

    def penalized_gradient(X, y, theta, penalty):
        penalised = theta.copy()
        penalised[0] = 0.0
        return np.add(nn.gradient(X, y, theta), penalty.gradient(penalised))

    return {
        "predict": predict,
        "mean_squared_error": mean_squared_error,
        "gradient": gradient,
        "gradient_descent": gradient_descent,
        "standardize": standardize,
        "normal_equations": normal_equations,
        "L2": L2,
        "L1": L1,
        "penalized_gradient": penalized_gradient,
    }


@style("the mean of the products, and the inverse")
def _(nn):
    def gradient(X, y, theta):
        residual = nn.predict(X, theta) - y
        slope = np.empty(len(theta))
        slope[0] = 2 * residual.mean()
        slope[1:] = 2 * (residual[:, None] * X).mean(axis=0)
        return slope

    def normal_equations(X, y, *, strength=0.0):
        A = np.concatenate([np.ones((X.shape[0], 1)), X], axis=1)
        free = np.diag(np.r_[0.0, np.ones(X.shape[1])])
        return np.linalg.inv(A.T @ A / len(A) + strength * free) @ (A.T @ y / len(A))

    def standardize(X):
        mean, scale = np.mean(X, axis=0), np.std(X, axis=0)
        scale = np.array([s if s else 1.0 for s in scale])
        return (X - mean[None, :]) / scale[None, :], mean, scale

    return {"gradient": gradient, "normal_equations": normal_equations, "standardize": standardize}
