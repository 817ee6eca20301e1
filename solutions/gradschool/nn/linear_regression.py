"""Linear regression: a weighted sum of the features, fitted by gradient descent or in closed form.

Prediction   ŷ = θ₀ + X w                      X (N, D)   θ = (θ₀, w) (D + 1,)   ŷ (N,)
Loss         L(θ) = (1/N) Σₙ (ŷₙ − yₙ)²        the mean of the squares, with no ½
Gradient     ∂L/∂θ₀ = (2/N) Σₙ (ŷₙ − yₙ)
             ∂L/∂w  = (2/N) Xᵀ (ŷ − y)         (D,)
Descent      θ ← θ − η ∇L(θ)
Penalised    L(θ) + R(w)                       R of gradschool.nn.penalties; θ₀ is never penalised
Closed form  (AᵀA + N λ I′) θ = Aᵀ y           A = [1 X]   R = λ Σ w²   I′ = diag(0, 1, …, 1)
Scaling      Z = (X − μ) / σ                   σ² = (1/N) Σₙ (Xₙ − μ)², by column; σ = 1 where a column is constant

Legendre (1805), Nouvelles méthodes pour la détermination des orbites des comètes (least squares);
Hoerl & Kennard (1970), Technometrics 12(1), 55-67, doi:10.1080/00401706.1970.10488634 (ridge).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradschool.nn.penalties import L1, L2
from gradschool.nn.types import Array

__all__ = [
    "gradient",
    "gradient_descent",
    "mean_squared_error",
    "normal_equations",
    "penalized_gradient",
    "predict",
    "standardize",
]


def predict(X: Array, theta: Array) -> Array:
    """Return the prediction for each of the N rows of X, of shape (N,).

    X has shape (N, D); theta has shape (D + 1,), the intercept first.
    """
    if X.ndim != 2 or theta.shape != (X.shape[1] + 1,):
        raise ValueError(
            f"predict takes X of shape (N, D) and theta of shape (D + 1,), got {X.shape} and {theta.shape}; "
            "one feature is a column, x[:, None], and theta begins with the intercept"
        )
    prediction: Array = theta[0] + X @ theta[1:]
    return prediction


def mean_squared_error(prediction: Array, y: Array) -> float:
    """Return the mean of the squared residuals, a float.

    prediction and y have one shape, (N,); other shapes raise a ValueError.
    """
    if prediction.shape != y.shape:
        raise ValueError(
            f"mean_squared_error takes two arrays of one shape, got {prediction.shape} and {y.shape}; "
            "make both (N,), with prediction[:, 0] for instance"
        )
    return float(np.mean((prediction - y) ** 2))


def gradient(X: Array, y: Array, theta: Array) -> Array:
    """Return the gradient of the mean squared error at theta, of shape (D + 1,): the intercept's entry first.

    X has shape (N, D), y (N,) and theta (D + 1,).
    """
    residual = predict(X, theta) - y
    return np.concatenate(([residual.sum()], X.T @ residual)) * 2 / len(y)


def gradient_descent(slope: Callable[[Array], Array], theta: Array, *, learning_rate: float, steps: int) -> Array:
    """Return the path of gradient descent, of shape (steps + 1, D + 1): the start theta, then theta after each step.

    slope(theta) is the gradient of the loss at theta, of shape (D + 1,). The argument theta is not changed.
    """
    path = [theta]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * slope(path[-1]))
    return np.array(path)


def standardize(X: Array) -> tuple[Array, Array, Array]:
    """Return Z, mean and scale, of shapes (N, D), (D,) and (D,): X by columns with mean 0 and standard deviation 1.

    A column that is constant has scale 1. The argument X is not changed.
    """
    mean = X.mean(axis=0)
    scale = np.where(np.ptp(X, axis=0) > 0, X.std(axis=0), 1)
    return (X - mean) / scale, mean, scale


def normal_equations(X: Array, y: Array, *, strength: float = 0.0) -> Array:
    """Return the theta of shape (D + 1,), the intercept first, that minimises the mean squared error plus a penalty.

    The penalty is the L2 penalty of that strength on the weights, without the intercept; 0 is none.
    """
    A = np.column_stack([np.ones(len(X), X.dtype), X])
    ridge = strength * len(X) * np.eye(A.shape[1], dtype=A.dtype)
    ridge[0, 0] = 0
    return np.linalg.solve(A.T @ A + ridge, A.T @ y)


def penalized_gradient(X: Array, y: Array, theta: Array, penalty: L1 | L2) -> Array:
    """Return the gradient at theta of the mean squared error plus the penalty on the weights, of shape (D + 1,).

    The intercept, theta[0], is not penalised.
    """
    total = gradient(X, y, theta)
    total[1:] += penalty.gradient(theta[1:])
    return total
