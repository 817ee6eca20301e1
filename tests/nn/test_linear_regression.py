"""Linear regression against least squares of NumPy, scikit-learn, finite differences and three points by hand."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.metrics import mean_squared_error as sklearn_mean_squared_error
from sklearn.preprocessing import StandardScaler

from gradschool.datasets import load_diabetes
from gradschool.nn import L1, L2
from gradschool.nn import linear_regression as lr

X3 = np.array([[1.0], [2.0], [3.0]])
Y3 = np.array([2.0, 2.0, 5.0])
"""Three points: at theta = (0, 1) the residuals are -1, 0 and -2; the best line is y = 1.5 x."""


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture
def data(rng):
    X = rng.normal(size=(30, 4)) * [1.0, 5.0, 0.2, 2.0] + [0.0, 3.0, 1.0, -2.0]
    return X, X @ [2.0, -1.0, 4.0, 0.0] + 7.0 + rng.normal(size=30)


def numeric_gradient(f, theta, h=1e-6):
    return np.array([(f(theta + h * e) - f(theta - h * e)) / (2 * h) for e in np.eye(len(theta))])


def test_three_points_by_hand():
    theta = np.array([0.0, 1.0])
    prediction = lr.predict(X3, theta)
    assert prediction.tolist() == [1.0, 2.0, 3.0]
    assert lr.mean_squared_error(prediction, Y3) == pytest.approx(5 / 3)
    assert lr.gradient(X3, Y3, theta) == pytest.approx([-2.0, -14 / 3])
    assert lr.normal_equations(X3, Y3) == pytest.approx([0.0, 1.5])


def test_first_step_by_hand():
    path = lr.gradient_descent(lambda t: lr.gradient(X3, Y3, t), np.array([0.0, 1.0]), learning_rate=0.1, steps=1)
    assert path == pytest.approx(np.array([[0.0, 1.0], [0.2, 22 / 15]]))


def test_predict_is_scikit_learns(data):
    X, y = data
    model = LinearRegression().fit(X, y)
    assert lr.predict(X, np.array([model.intercept_, *model.coef_])) == pytest.approx(model.predict(X))


@pytest.mark.parametrize(("x", "theta"), [((5,), (2,)), ((5, 1), (1,)), ((5, 2), (2,)), ((5, 2), (3, 1))])
def test_predict_says_what_it_takes(x, theta):
    with pytest.raises(ValueError) as error:
        lr.predict(np.ones(x), np.ones(theta))
    assert str(error.value) == (
        f"predict takes X of shape (N, D) and theta of shape (D + 1,), got {x} and {theta}; "
        "one feature is a column, x[:, None], and theta begins with the intercept"
    )


def test_mean_squared_error_is_scikit_learns(rng):
    a, b = rng.normal(size=(2, 17))
    loss = lr.mean_squared_error(a, b)
    assert type(loss) is float
    assert loss == pytest.approx(sklearn_mean_squared_error(b, a))


@pytest.mark.parametrize(("a", "b"), [((5, 1), (5,)), ((5,), (5, 1)), ((5,), (1,)), ((5, 1), (1, 5)), ((5,), (4,))])
def test_mean_squared_error_refuses_to_broadcast(a, b):
    with pytest.raises(ValueError) as error:
        lr.mean_squared_error(np.ones(a), np.ones(b))
    assert str(error.value) == (
        f"mean_squared_error takes two arrays of one shape, got {a} and {b}; "
        "make both (N,), with prediction[:, 0] for instance"
    )


@pytest.mark.parametrize("n", [1, 2, 30])
def test_gradient_is_the_difference_quotient_of_the_loss(n, data, rng):
    X, y = (part[:n] for part in data)
    theta = rng.normal(size=5)
    numeric = numeric_gradient(lambda t: lr.mean_squared_error(lr.predict(X, t), y), theta)
    assert lr.gradient(X, y, theta) == pytest.approx(numeric, rel=1e-6, abs=1e-6)


def test_gradient_vanishes_at_the_least_squares_solution(data):
    X, y = data
    best = np.linalg.lstsq(np.column_stack([np.ones(30), X]), y, rcond=None)[0]
    assert lr.gradient(X, y, best) == pytest.approx(np.zeros(5), abs=1e-10)


def test_descent_on_a_parabola_shrinks_the_distance_by_one_minus_rate_times_curvature():
    path = lr.gradient_descent(lambda t: 4.0 * (t - 3.0), np.array([4.0]), learning_rate=0.125, steps=3)
    assert path[:, 0].tolist() == [4.0, 3.5, 3.25, 3.125]


def test_descent_takes_integers_and_no_step_and_leaves_the_start():
    theta = np.array([4, 2])
    path = lr.gradient_descent(lambda t: t - 1.0, theta, learning_rate=0.5, steps=2)
    assert path.tolist() == [[4.0, 2.0], [2.5, 1.5], [1.75, 1.25]]
    none = lr.gradient_descent(lambda t: t, theta, learning_rate=0.5, steps=0)
    assert none.tolist() == [[4, 2]]
    assert theta.tolist() == [4, 2]
    none += 1
    assert theta.tolist() == [4, 2]


def test_descent_meets_least_squares_on_diabetes():
    X, y, *_ = load_diabetes()
    Z, _, _ = lr.standardize(X)
    best = np.linalg.lstsq(np.column_stack([np.ones(len(Z)), Z]), y, rcond=None)[0]
    path = lr.gradient_descent(lambda t: lr.gradient(Z, y, t), np.zeros(11), learning_rate=0.2, steps=10_000)
    assert path[-1] == pytest.approx(best, rel=1e-6, abs=1e-6)


def test_standardize_is_scikit_learns(data):
    X, _ = data
    X = np.column_stack([X, np.full(30, 0.1), np.full(30, 7.0)])
    before = X.copy()
    Z, mean, scale = lr.standardize(X)
    scaler = StandardScaler().fit(X)
    np.testing.assert_allclose(Z, scaler.transform(X), rtol=1e-9, atol=1e-12)
    assert mean == pytest.approx(scaler.mean_)
    assert scale == pytest.approx(scaler.scale_)
    np.testing.assert_array_equal(X, before)


def test_normal_equations_are_lstsq_on_raw_diabetes():
    X, y, *_ = load_diabetes()
    best = np.linalg.lstsq(np.column_stack([np.ones(len(X)), X]), y, rcond=None)[0]
    assert lr.normal_equations(X, y) == pytest.approx(best, rel=1e-6)


@pytest.mark.parametrize("strength", [0.01, 0.5, 20.0])
def test_normal_equations_are_scikit_learns_ridge(strength, data):
    X, y = data
    model = Ridge(alpha=strength * len(y)).fit(X, y)
    assert lr.normal_equations(X, y, strength=strength) == pytest.approx(np.array([model.intercept_, *model.coef_]))


def test_penalized_gradient_vanishes_at_scikit_learns_ridge(data):
    X, y = data
    model = Ridge(alpha=0.3 * len(y)).fit(X, y)
    theta = np.array([model.intercept_, *model.coef_])
    assert lr.penalized_gradient(X, y, theta, L2(0.3)) == pytest.approx(np.zeros(5), abs=1e-9)


def test_penalized_gradient_at_scikit_learns_lasso_is_zero_or_within_the_pull(data):
    X, y = data
    Z, _, _ = lr.standardize(X)
    model = Lasso(alpha=0.5, tol=1e-12, max_iter=100_000).fit(Z, y)  # its loss has a half: strength 1.0 here
    theta = np.array([model.intercept_, *model.coef_])
    total = lr.penalized_gradient(Z, y, theta, L1(1.0))
    zero = theta == 0
    assert zero.any()
    assert not zero.all()
    assert total[~zero] == pytest.approx(np.zeros((~zero).sum()), abs=1e-8)
    assert (np.abs(total[zero]) <= 1.0).all()


@pytest.mark.parametrize("penalty", [L1(0.7), L2(0.7)], ids=["L1", "L2"])
def test_penalized_gradient_is_a_difference_quotient_and_leaves_the_intercept_free(penalty, data, rng):
    X, y = data
    theta = rng.normal(size=5)
    before = theta.copy()
    total = lr.penalized_gradient(X, y, theta, penalty)
    numeric = numeric_gradient(lambda t: sklearn_mean_squared_error(y, lr.predict(X, t)) + penalty.value(t[1:]), theta)
    assert total == pytest.approx(numeric, rel=1e-6, abs=1e-6)
    assert total[0] == lr.gradient(X, y, theta)[0]
    assert (theta == before).all()


def test_float32_in_float32_out(data):
    X, y = (part.astype(np.float32) for part in data)
    theta = np.ones(5, np.float32)
    path = lr.gradient_descent(lambda t: lr.gradient(X, y, t), theta, learning_rate=0.01, steps=2)
    results = [
        lr.predict(X, theta),
        lr.gradient(X, y, theta),
        lr.penalized_gradient(X, y, theta, L2(0.1)),
        lr.penalized_gradient(X, y, theta, L1(0.1)),
        lr.normal_equations(X, y, strength=0.1),
        path,
        *lr.standardize(X),
    ]
    assert {result.dtype for result in results} == {np.dtype(np.float32)}


def test_every_public_name_is_listed():
    own = [name for name, value in vars(lr).items() if getattr(value, "__module__", "") == lr.__name__]
    assert lr.__all__ == sorted(own)
