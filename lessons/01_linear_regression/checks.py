"""How lesson 1 is graded: the checks of linear regression, and the mistakes that they know by name."""

import numpy as np

from gradschool import datasets
from gradschool.grader.authoring import check, question

# Prediction


@check(of="predict", points=2, sort="value")
def predict_values(nn, X, theta):
    """`predict` returns one number for each row of X: the intercept plus the weighted sum of the row's features."""
    return {"prediction": nn.predict(X, theta)}


@predict_values.cases
def _(rng):
    for n, d in [(4, 2), (7, 3), (40, 6)]:
        yield {"X": rng.normal(size=(n, d)), "theta": rng.normal(size=d + 1)}


@predict_values.mistake("the intercept is left out", hint="What does your function predict where all features are 0?")
def _(nn):
    def predict(X, theta):
        return X @ theta[1:]

    return {"predict": predict}


@predict_values.mistake(
    "the intercept is taken to be the last entry of theta", hint="The text puts the intercept at index 0 of theta."
)
def _(nn):
    def predict(X, theta):
        return X @ theta[:-1] + theta[-1]

    return {"predict": predict}


@predict_values.mistake(
    "the intercept is added to each feature, so it is multiplied by the weights",
    hint="The intercept is added once to each prediction, after the weighted sum.",
)
def _(nn):
    def predict(X, theta):
        return (X + theta[0]) @ theta[1:]

    return {"predict": predict}


@predict_values.mistake(
    "the predictions are a column of shape (N, 1)",
    hint="A vector of N numbers has shape (N,). A column would later meet y and broadcast to (N, N).",
)
def _(nn):
    def predict(X, theta):
        A = np.column_stack([np.ones(len(X)), X])
        return A @ theta.reshape(-1, 1)

    return {"predict": predict}


@predict_values.mistake(
    "the weighted features are averaged, not summed",
    hint="A prediction is a sum over the features; a mean divides it by D.",
)
def _(nn):
    def predict(X, theta):
        return theta[0] + np.mean(X * theta[1:], axis=1)

    return {"predict": predict}


@check(of="predict", points=1, sort="property", needs=["predict_values"])
def predict_edges(nn, X, theta):
    """`predict` works on one row and on one feature, leaves X as it is and gives the same when called again."""
    first = nn.predict(X, theta)
    return {"first call": first, "one row": nn.predict(X[:1], theta), "second call": nn.predict(X, theta)}


@predict_edges.cases
def _(rng):
    for n, d in [(5, 1), (6, 3)]:
        yield {"X": rng.normal(size=(n, d)), "theta": rng.normal(size=d + 1)}


@predict_edges.mistake(
    "X is overwritten with the weighted features",
    hint="An augmented assignment such as *= writes into the caller's array. Make a new one.",
)
def _(nn):
    def predict(X, theta):
        X *= theta[1:]
        return X.sum(axis=1) + theta[0]

    return {"predict": predict}


@predict_edges.mistake(
    "for a single row the result is a bare number, not an array of shape (1,)",
    hint="squeeze removes every axis of length 1, the one that counts the rows too. Can you avoid the column?",
)
def _(nn):
    def predict(X, theta):
        A = np.column_stack([np.ones(len(X)), X])
        return np.squeeze(A @ theta[:, np.newaxis])

    return {"predict": predict}


broadcast_shape = question(
    "broadcast_shape",
    "The shape of `prediction - y` for a prediction of shape (50, 1) and y of shape (50,).",
    answer=(50, 50),
    points=1,
    wrong={
        (50,): (
            "the two are taken to be lined up row by row",
            "NumPy lines shapes up from the right: (50, 1) over (50,).",
        ),
        (50, 1): (
            "y is taken to become a column",
            "Broadcasting adds missing axes on the left: (50,) counts as (1, 50), a row.",
        ),
    },
)

# Loss


@check(of="mean_squared_error", points=2, sort="value")
def mse_values(nn, prediction, y):
    """`mean_squared_error` returns the mean of the squared residuals, with no factor 1/2."""
    return {"loss": nn.mean_squared_error(prediction, y)}


@mse_values.cases
def _(rng):
    for n, size in [(4, 1.0), (9, 30.0), (25, 1.0)]:
        yield {"prediction": size * rng.normal(size=n), "y": size * rng.normal(size=n)}


@mse_values.mistake(
    "the squares are summed, not averaged", hint="Would the loss of twice as many patients be twice as large?"
)
def _(nn):
    def mean_squared_error(prediction, y):
        return float(np.sum((prediction - y) ** 2))

    return {"mean_squared_error": mean_squared_error}


@mse_values.mistake(
    "the loss is halved", hint="Many books have a factor 1/2 here; the text says why this course has not."
)
def _(nn):
    def mean_squared_error(prediction, y):
        residual = prediction - y
        return float(residual @ residual / (2 * len(y)))

    return {"mean_squared_error": mean_squared_error}


@mse_values.mistake(
    "the absolute residuals are averaged, not their squares", hint="The areas in the figure are squares."
)
def _(nn):
    def mean_squared_error(prediction, y):
        return float(np.abs(prediction - y).mean())

    return {"mean_squared_error": mean_squared_error}


@mse_values.mistake("the square root of the mean is returned", hint="The mean squared error has the unit of y squared.")
def _(nn):
    def mean_squared_error(prediction, y):
        return float(np.sqrt(np.mean((prediction - y) ** 2)))

    return {"mean_squared_error": mean_squared_error}


@mse_values.mistake(
    "the mean is squared, so residuals of opposite sign cancel", hint="In which order do you square and average?"
)
def _(nn):
    def mean_squared_error(prediction, y):
        return float(np.mean(prediction - y) ** 2)

    return {"mean_squared_error": mean_squared_error}


@mse_values.mistake("the residuals are not squared", hint="Can this loss be negative? The one in the text can't.")
def _(nn):
    def mean_squared_error(prediction, y):
        return float(np.mean(prediction - y))

    return {"mean_squared_error": mean_squared_error}


@mse_values.mistake(
    "the sum is divided by N - 1", hint="A mean over N residuals divides by N; nothing was estimated from them here."
)
def _(nn):
    def mean_squared_error(prediction, y):
        return float(((prediction - y) ** 2).sum() / (len(y) - 1))

    return {"mean_squared_error": mean_squared_error}


@check(of="mean_squared_error", points=1, sort="property", needs=["mse_values"], whole=True)
def mse_shapes(nn, prediction, y):
    """`mean_squared_error` raises a ValueError if its arrays differ in shape: a column and a vector, say."""
    evidence = {"same shape": nn.mean_squared_error(prediction, y)}
    for name, one, other in [
        ("column and vector", prediction[:, None], y),
        ("vector and column", prediction, y[:, None]),
        ("many and one", prediction, y[:1]),
        ("column and row", prediction[:, None], y[None, :]),
    ]:
        try:
            nn.mean_squared_error(one, other)
            evidence[name] = "no error"
        except Exception as error:
            evidence[name] = type(error).__name__
    return evidence


@mse_shapes.cases
def _(rng):
    for n in (5, 8):
        yield {"prediction": rng.normal(size=n), "y": rng.normal(size=n)}


@mse_shapes.mistake(
    "arrays of different shapes are accepted and broadcast",
    hint="Compare the two shapes before you subtract, and raise where they differ.",
)
def _(nn):
    def mean_squared_error(prediction, y):
        return float(np.mean((prediction - y) ** 2))

    return {"mean_squared_error": mean_squared_error}


@mse_shapes.mistake(
    "only the lengths are compared",
    hint="A column of 5 rows and a vector of 5 entries have the same length. What differs?",
)
def _(nn):
    def mean_squared_error(prediction, y):
        if len(prediction) != len(y):
            raise ValueError(f"{len(prediction)} predictions for {len(y)} targets")
        return float(np.mean((prediction - y) ** 2))

    return {"mean_squared_error": mean_squared_error}


@mse_shapes.mistake(
    "only the numbers of entries are compared",
    hint="A column of 5 rows and a vector of 5 entries have the same size. What differs?",
)
def _(nn):
    def mean_squared_error(prediction, y):
        if prediction.size != y.size:
            raise ValueError(f"{prediction.size} predictions for {y.size} targets")
        return float(np.mean((prediction - y) ** 2))

    return {"mean_squared_error": mean_squared_error}


@mse_shapes.mistake(
    "only the numbers of axes are compared", hint="(5,) and (1,) both have one axis, and they broadcast all the same."
)
def _(nn):
    def mean_squared_error(prediction, y):
        if prediction.ndim != y.ndim:
            raise ValueError(f"{prediction.ndim} axes against {y.ndim}")
        return float(np.mean((prediction - y) ** 2))

    return {"mean_squared_error": mean_squared_error}


@mse_shapes.mistake(
    "an assertion stands where a ValueError is asked for",
    hint="Python skips assertions when it runs with -O; what a caller may get wrong deserves an exception.",
)
def _(nn):
    def mean_squared_error(prediction, y):
        assert prediction.shape == y.shape, f"{prediction.shape} against {y.shape}"
        return float(np.mean((prediction - y) ** 2))

    return {"mean_squared_error": mean_squared_error}


# Gradient


@check(of="gradient", points=3, sort="gradient", needs=["predict_values", "mse_values"])
def gradient_values(nn, X, y, theta):
    """`gradient` returns the derivative of the mean squared error by each entry of theta, in the order of theta."""

    def loss(moved):
        return nn.mean_squared_error(nn.predict(X, moved), y)

    return {"gradient": nn.gradient(X, y, theta), "numeric gradient": nn.finite_difference(loss, theta, 1.0)}


@gradient_values.cases
def _(rng):
    for n, d in [(4, 2), (9, 5), (30, 3)]:
        yield {"X": rng.normal(size=(n, d)) + 0.5, "y": rng.normal(size=n) + 1.0, "theta": rng.normal(size=d + 1)}


@gradient_values.mistake(
    "the gradient is summed over the rows, not averaged", hint="The loss is a mean. How does N enter its derivative?"
)
def _(nn):
    def gradient(X, y, theta):
        A = np.column_stack([np.ones(len(X)), X])
        return 2 * A.T @ (nn.predict(X, theta) - y)

    return {"gradient": gradient}


@gradient_values.mistake("the factor 2 is forgotten", hint="Differentiate the square: what comes down?")
def _(nn):
    def gradient(X, y, theta):
        A = np.column_stack([np.ones(len(X)), X])
        return A.T @ (nn.predict(X, theta) - y) / len(y)

    return {"gradient": gradient}


@gradient_values.mistake(
    "the sign is reversed: the residual is taken as target minus prediction",
    hint="Where every prediction is too large, should the intercept's entry be positive or negative?",
)
def _(nn):
    def gradient(X, y, theta):
        residual = y - nn.predict(X, theta)
        return np.append(residual.mean(), X.T @ residual / len(y)) * 2

    return {"gradient": gradient}


@gradient_values.mistake(
    "the intercept's entry is missing", hint="theta has D + 1 entries, and the gradient has the shape of theta."
)
def _(nn):
    def gradient(X, y, theta):
        return 2 / len(y) * X.T @ (nn.predict(X, theta) - y)

    return {"gradient": gradient}


@gradient_values.mistake(
    "the intercept's entry is 0", hint="Does the loss change when all predictions move up together?"
)
def _(nn):
    def gradient(X, y, theta):
        slope = np.zeros(len(theta))
        slope[1:] = 2 / len(y) * X.T @ (nn.predict(X, theta) - y)
        return slope

    return {"gradient": gradient}


@gradient_values.mistake(
    "the intercept's entry stands last, not first",
    hint="The gradient has the order of theta: the intercept is at index 0.",
)
def _(nn):
    def gradient(X, y, theta):
        residual = nn.predict(X, theta) - y
        return np.append(X.T @ residual, residual.sum()) * 2 / len(y)

    return {"gradient": gradient}


@gradient_values.mistake(
    "the residual is averaged before it meets the features, so every feature sees the mean residual only",
    hint="The mean of a product is not the product of the means. Multiply row by row, then average.",
)
def _(nn):
    def gradient(X, y, theta):
        residual = (nn.predict(X, theta) - y).mean()
        return 2 * np.append(residual, residual * X.mean(axis=0))

    return {"gradient": gradient}


@gradient_values.mistake(
    "a column of predictions (N, 1) minus y (N,) broadcasts to (N, N), so each row is compared with every target",
    hint="Print the shape of your residual. It should have N entries.",
)
def _(nn):
    def gradient(X, y, theta):
        A = np.column_stack([np.ones(len(X)), X])
        residual = A @ theta.reshape(-1, 1) - y
        return 2 * np.mean(A.T @ residual / len(y), axis=1)

    return {"gradient": gradient}


@gradient_values.mistake(
    "the residual leaves the intercept out of the prediction",
    hint="Does your residual use `predict`, or a prediction of its own?",
)
def _(nn):
    def gradient(X, y, theta):
        residual = X @ theta[1:] - y
        return np.append(residual.mean(), X.T @ residual / len(y)) * 2

    return {"gradient": gradient}


@gradient_values.mistake(
    "the intercept's entry is averaged and the weights' entries are summed",
    hint="Every entry of the gradient has the same factor in front.",
)
def _(nn):
    def gradient(X, y, theta):
        residual = nn.predict(X, theta) - y
        return np.append(2 * residual.mean(), 2 * X.T @ residual)

    return {"gradient": gradient}


@gradient_values.mistake(
    "the sign of each residual is used, not its size: this is the gradient of the mean absolute error",
    hint="Which loss has this derivative? A residual twice as large should pull twice as hard.",
)
def _(nn):
    def gradient(X, y, theta):
        A = np.column_stack([np.ones(len(X)), X])
        return A.T @ np.sign(nn.predict(X, theta) - y) / len(y)

    return {"gradient": gradient}


@check(of="gradient", points=1, sort="property", needs=["gradient_values"])
def gradient_pure(nn, X, y, theta):
    """`gradient` changes neither X nor y nor theta, and gives the same when called again."""
    return {"first call": nn.gradient(X, y, theta), "second call": nn.gradient(X, y, theta)}


@gradient_pure.cases
def _(rng):
    for n, d in [(5, 1), (6, 3)]:
        yield {"X": rng.normal(size=(n, d)), "y": rng.normal(size=n), "theta": rng.normal(size=d + 1)}


@gradient_pure.mistake(
    "y is overwritten with the residual",
    hint="y -= ... writes into the caller's targets. Give the residual a name of its own.",
)
def _(nn):
    def gradient(X, y, theta):
        y -= nn.predict(X, theta)
        return np.append(y.mean(), X.T @ y / len(y)) * -2

    return {"gradient": gradient}


@gradient_pure.mistake(
    "theta is moved inside the function",
    hint="A gradient says which way is downhill. The step is the next exercise's task.",
)
def _(nn):
    def gradient(X, y, theta):
        residual = nn.predict(X, theta) - y
        slope = np.append(residual.mean(), X.T @ residual / len(y)) * 2
        theta -= 0.1 * slope
        return slope

    return {"gradient": gradient}


@gradient_pure.mistake(
    "X is centred in place before it is used",
    hint="X -= ... writes into the caller's data, and centring is not asked for here.",
)
def _(nn):
    def gradient(X, y, theta):
        residual = nn.predict(X, theta) - y
        X -= X.mean(axis=0)
        return np.append(residual.mean(), X.T @ residual / len(y)) * 2

    return {"gradient": gradient}


# Gradient descent


@check(of="gradient_descent", points=3, sort="value")
def descent_path(nn, H, lowest, theta, learning_rate, steps):
    """`gradient_descent` returns the start and the theta after each step, one row each, going downhill on any loss."""
    path = nn.gradient_descent(lambda t: H @ (t - lowest), theta, learning_rate=learning_rate, steps=steps)
    return {"path": path}


@descent_path.cases
def _(rng):
    for d, steps, rate in [(2, 3, 0.1), (4, 7, 0.03), (3, 1, 0.2)]:
        B = rng.normal(size=(d, d))
        yield {
            "H": B @ B.T + np.eye(d),
            "lowest": rng.normal(size=d),
            "theta": rng.normal(size=d),
            "learning_rate": rate,
            "steps": steps,
        }


@descent_path.mistake("the steps go uphill", hint="The gradient points to where the loss grows.")
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        path = [theta]
        for _ in range(steps):
            theta = theta + learning_rate * slope(theta)
            path.append(theta)
        return np.array(path)

    return {"gradient_descent": gradient_descent}


@descent_path.mistake("the path begins after the first step, without the start", hint="steps + 1 rows: what is row 0?")
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        path = []
        for _ in range(steps):
            theta = theta - learning_rate * slope(theta)
            path.append(theta)
        return np.array(path)

    return {"gradient_descent": gradient_descent}


@descent_path.mistake(
    "the last step is missing", hint="How many rows has your path? steps steps and the start make steps + 1."
)
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        path = []
        for _ in range(steps):
            path.append(theta)
            theta = theta - learning_rate * slope(theta)
        return np.array(path)

    return {"gradient_descent": gradient_descent}


@descent_path.mistake("one step too many is taken", hint="How often does your loop run?")
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        path = [theta]
        for _ in range(steps + 1):
            path.append(path[-1] - learning_rate * slope(path[-1]))
        return np.array(path)

    return {"gradient_descent": gradient_descent}


@descent_path.mistake(
    "only the last theta is returned", hint="Keep every theta on the way: the path is what the figure draws."
)
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        for _ in range(steps):
            theta = theta - learning_rate * slope(theta)
        return theta

    return {"gradient_descent": gradient_descent}


@descent_path.mistake(
    "the gradient is computed once, at the start, and used for every step",
    hint="The slope changes as you walk. Where is it evaluated in your loop?",
)
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        downhill = -slope(theta)
        path = [theta]
        for _ in range(steps):
            path.append(path[-1] + learning_rate * downhill)
        return np.array(path)

    return {"gradient_descent": gradient_descent}


@descent_path.mistake(
    "every row of the path is one and the same array, so all rows show the end",
    hint="An array that is changed in place and appended again is one array with many names. What does -= do?",
)
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        theta = theta.copy()
        path = [theta]
        for _ in range(steps):
            theta -= learning_rate * slope(theta)
            path.append(theta)
        return np.array(path)

    return {"gradient_descent": gradient_descent}


@descent_path.mistake(
    "the entries of theta are updated one after the other, each with a slope that has seen the update before",
    hint="One step uses one gradient, computed before any entry has moved.",
)
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        theta = theta.copy()
        path = [theta.copy()]
        for _ in range(steps):
            for j in range(len(theta)):
                theta[j] -= learning_rate * slope(theta)[j]
            path.append(theta.copy())
        return np.array(path)

    return {"gradient_descent": gradient_descent}


@descent_path.mistake("every step begins at the start again", hint="Row k + 1 is one step from row k, not from row 0.")
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        path = [theta]
        for _ in range(steps):
            path.append(theta - learning_rate * slope(path[-1]))
        return np.array(path)

    return {"gradient_descent": gradient_descent}


@descent_path.mistake(
    "the gradient is scaled to length 1, so its size is lost",
    hint="Near the minimum the slope gets small, and the steps with it. Yours stay as long as ever.",
)
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        path = [theta]
        for _ in range(steps):
            g = slope(path[-1])
            path.append(path[-1] - learning_rate * g / np.linalg.norm(g))
        return np.array(path)

    return {"gradient_descent": gradient_descent}


@check(of="gradient_descent", points=1, sort="property", needs=["descent_path"])
def descent_start(nn, theta, integers, a):
    """`gradient_descent` leaves the start as it is, returns an array of its own, and takes integers and 0 steps."""

    def slope(t):
        return a * t - 1.0

    path = nn.gradient_descent(slope, theta, learning_rate=0.1, steps=3)
    own = theta.copy()
    still = nn.gradient_descent(slope, own, learning_rate=0.1, steps=0)
    own += 1.0
    return {
        "shape": path.shape,
        "path": path,
        "no step": still,
        "from integers": nn.gradient_descent(slope, integers, learning_rate=0.1, steps=3),
    }


@descent_start.cases
def _(rng):
    for d in (2, 5):
        yield {
            "theta": rng.normal(size=d),
            "integers": rng.integers(-5, 6, size=d),
            "a": rng.uniform(0.5, 2.0, size=d),
        }


@descent_start.mistake(
    "the caller's theta is moved to the end of the path",
    hint="Copying what you append is half of it. Which array does -= write into?",
)
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        path = [theta.copy()]
        theta = theta if theta.dtype == float else theta.astype(float)
        for _ in range(steps):
            theta -= learning_rate * slope(theta)
            path.append(theta.copy())
        return np.array(path)

    return {"gradient_descent": gradient_descent}


@descent_start.mistake(
    "a path made in the type of theta cuts every step from an integer start down to integers",
    hint="np.zeros_like and dtype=theta.dtype copy the type too. What type should a path have?",
)
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        path = np.zeros((steps + 1, len(theta)), dtype=theta.dtype)
        path[0] = theta
        for k in range(steps):
            path[k + 1] = path[k] - learning_rate * slope(path[k])
        return path

    return {"gradient_descent": gradient_descent}


@descent_start.mistake(
    "for 0 steps the path has a second row", hint="With steps=0 the path holds the start and nothing else."
)
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        path = [theta]
        while True:
            path.append(path[-1] - learning_rate * slope(path[-1]))
            if len(path) > steps:
                return np.array(path)

    return {"gradient_descent": gradient_descent}


rate_limit = question(
    "rate_limit",
    "The largest learning rate that does not diverge where the steepest direction of the loss has curvature 8.",
    answer=0.25,
    points=1,
    wrong={
        0.125: (
            "this is the rate that lands at the bottom in one step",
            "Beyond 1/h the steps overshoot. Do they grow at once?",
        ),
        0.5: ("this is 4/h", "The distance is multiplied by 1 - ηh. For which η is that number -1?"),
        4.0: ("the fraction is upside down", "The steeper the valley, the smaller the step it can bear."),
        8.0: ("this is the curvature itself", "The distance is multiplied by 1 - ηh. For which η is that number -1?"),
    },
)

# Scaling


@check(of="standardize", points=2, sort="value")
def standardize_values(nn, X):
    """`standardize` returns Z, its columns with mean 0 and standard deviation 1, and the mean and scale of each."""
    Z, mean, scale = nn.standardize(X)
    return {"Z": Z, "mean": mean, "scale": scale}


@standardize_values.cases
def _(rng):
    for n, d in [(5, 3), (8, 2), (30, 6)]:
        size = 10.0 ** rng.uniform(-1, 3, size=d)
        yield {"X": size * (rng.normal(size=(n, d)) + rng.uniform(1, 3, size=d))}


@standardize_values.mistake(
    "the standard deviation divides by N - 1",
    hint="The text divides by N, as NumPy does by default; ddof=1 is for estimating a population's variance.",
)
def _(nn):
    def standardize(X):
        mean, scale = X.mean(axis=0), X.std(axis=0, ddof=1)
        scale[scale == 0] = 1.0
        return (X - mean) / scale, mean, scale

    return {"standardize": standardize}


@standardize_values.mistake(
    "the columns are divided by their variance", hint="Which has the unit of X: the variance, or its root?"
)
def _(nn):
    def standardize(X):
        mean, scale = X.mean(axis=0), X.var(axis=0)
        scale[scale == 0] = 1.0
        return (X - mean) / scale, mean, scale

    return {"standardize": standardize}


@standardize_values.mistake(
    "the rows are standardised, not the columns", hint="axis=1 runs along a row and mixes years with kilograms."
)
def _(nn):
    def standardize(X):
        mean, scale = X.mean(axis=1), X.std(axis=1)
        return (X - mean[:, None]) / scale[:, None], mean, scale

    return {"standardize": standardize}


@standardize_values.mistake(
    "one mean and one scale are taken of the whole array", hint="Without axis=..., NumPy averages over everything."
)
def _(nn):
    def standardize(X):
        mean, scale = X.mean(), X.std()
        return (X - mean) / scale, mean, scale

    return {"standardize": standardize}


@standardize_values.mistake(
    "the columns are stretched from their minimum to their maximum",
    hint="This scaling to [0, 1] exists too; the text asks for mean 0.",
)
def _(nn):
    def standardize(X):
        low, span = X.min(axis=0), X.max(axis=0) - X.min(axis=0)
        return (X - low) / span, low, span

    return {"standardize": standardize}


@standardize_values.mistake("the mean is not subtracted", hint="Divide by the scale, but what comes first?")
def _(nn):
    def standardize(X):
        mean, scale = X.mean(axis=0), X.std(axis=0)
        return X / scale, mean, scale

    return {"standardize": standardize}


@standardize_values.mistake(
    "the division comes before the subtraction, so the mean is subtracted in the wrong unit",
    hint="Python divides before it subtracts. Where are the brackets?",
)
def _(nn):
    def standardize(X):
        mean, scale = X.mean(axis=0), X.std(axis=0)
        return X / scale - mean, mean, scale

    return {"standardize": standardize}


@standardize_values.mistake(
    "the columns are centred, but not scaled", hint="Which standard deviation has each column of your Z?"
)
def _(nn):
    def standardize(X):
        mean, scale = X.mean(axis=0), X.std(axis=0)
        return X - mean, mean, scale

    return {"standardize": standardize}


@standardize_values.mistake(
    "the scale is the root mean square of the raw column, measured from 0", hint="A spread is measured from the mean."
)
def _(nn):
    def standardize(X):
        mean, scale = X.mean(axis=0), np.sqrt(np.mean(X**2, axis=0))
        return (X - mean) / scale, mean, scale

    return {"standardize": standardize}


@standardize_values.mistake(
    "mean and scale are those of Z, so they are always 0 and 1",
    hint="A new patient has to be scaled with the same two numbers. Which are they?",
)
def _(nn):
    def standardize(X):
        Z = (X - X.mean(axis=0)) / X.std(axis=0)
        return Z, np.round(Z.mean(axis=0), 6), np.round(Z.std(axis=0), 6)

    return {"standardize": standardize}


@check(of="standardize", points=1, sort="property", needs=["standardize_values"])
def standardize_constant(nn, X):
    """`standardize` gives a constant column the scale 1, so that it becomes 0, and leaves X as it is."""
    Z, mean, scale = nn.standardize(X)
    return {"Z": Z, "mean": mean, "scale": scale}


@standardize_constant.cases
def _(rng):
    for n, d in [(4, 3), (8, 5)]:
        X = rng.normal(size=(n, d))
        X[:, int(rng.integers(d))] = float(rng.integers(2, 9))
        yield {"X": X}


@standardize_constant.mistake(
    "a constant column is divided by its standard deviation, 0",
    hint="What is 0 / 0 in NumPy? The text says which scale to take.",
)
def _(nn):
    def standardize(X):
        mean, scale = X.mean(axis=0), X.std(axis=0)
        return (X - mean) / scale, mean, scale

    return {"standardize": standardize}


@standardize_constant.mistake(
    "a small number is added to every scale",
    hint="This avoids 0 / 0, but a new patient who differs a little gets a huge Z.",
)
def _(nn):
    def standardize(X):
        mean, scale = X.mean(axis=0), X.std(axis=0) + 1e-8
        return (X - mean) / scale, mean, scale

    return {"standardize": standardize}


@standardize_constant.mistake(
    "the scale that is returned is still 0 for a constant column",
    hint="Z is right; what will divide the next patient's column?",
)
def _(nn):
    def standardize(X):
        mean, scale = X.mean(axis=0), X.std(axis=0)
        return (X - mean) / np.where(scale == 0, 1.0, scale), mean, scale

    return {"standardize": standardize}


@standardize_constant.mistake("X itself is centred", hint="X -= ... writes into the caller's data.")
def _(nn):
    def standardize(X):
        mean = X.mean(axis=0)
        X -= mean
        scale = X.std(axis=0)
        scale[scale == 0] = 1.0
        return X / scale, mean, scale

    return {"standardize": standardize}


@standardize_constant.mistake(
    "constant columns are dropped", hint="Z has the shape of X, so that weight j still belongs to column j."
)
def _(nn):
    def standardize(X):
        X = X[:, X.std(axis=0) > 0]
        mean, scale = X.mean(axis=0), X.std(axis=0)
        return (X - mean) / scale, mean, scale

    return {"standardize": standardize}


whose_mean = question(
    "whose_mean",
    "Whose mean and scale standardise the held-out patients: 'training', 'held-out' or 'all'?",
    answer="training",
    points=1,
    wrong={
        "held-out": (
            "the held-out patients are scaled by their own mean and scale",
            "A weight was fitted to a column in a certain unit. Which? And could you scale a single new patient so?",
        ),
        "all": (
            "the held-out patients take part in the scaling of the training data",
            "What is held out must not be seen in training, not even through a mean.",
        ),
    },
)


@check(
    of=["gradient_descent", "gradient", "standardize"],
    points=3,
    sort="outcome",
    needs=["standardize_values", "gradient_values", "descent_path"],
)
def train_diabetes(nn, X, y, theta):
    """200 steps on the standardised diabetes data explain at least a fifth of the held-out patients' variance."""
    Z, mean, scale = nn.standardize(X)
    path = nn.gradient_descent(lambda t: nn.gradient(Z, y, t), theta, learning_rate=0.1, steps=200)
    return {"mean": mean, "scale": scale, "first steps": path[:5], "theta": path[-1]}


@train_diabetes.cases
def _(rng):
    X, y, *_ = datasets.load_diabetes()
    X, X_test, y, y_test = datasets.split(X, y, test=0.5, rng=rng)
    yield {"X": X, "y": y, "theta": rng.normal(size=11), "judge": {"X": X_test, "y": y_test}}


@train_diabetes.outcome(
    "mean squared error on held-out patients (as a share of their variance)", at_most=0.8, uses=["theta"]
)
def _(arrays, judge):
    """Measured on 1,000 draws of the reference: 0.43 to 0.66, no false failure; the nearest control: 0.91 to 1.13."""
    Z = (judge["X"] - arrays["mean"]) / arrays["scale"]
    prediction = Z @ arrays["theta"][1:] + arrays["theta"][0]
    return np.mean((prediction - judge["y"]) ** 2) / np.var(judge["y"])


@train_diabetes.mistake(
    "the weights never move, only the intercept learns",
    hint="Then every patient gets the same prediction.",
    control=True,
)
def _(nn):
    def gradient(X, y, theta):
        slope = np.zeros(len(theta))
        slope[0] = 2 * np.mean(nn.predict(X, theta) - y)
        return slope

    return {"gradient": gradient}


@train_diabetes.mistake(
    "the intercept never moves, only the weights learn",
    hint="The columns of Z have mean 0, so the weights can't lift the predictions to the mean of y.",
    control=True,
)
def _(nn):
    def gradient(X, y, theta):
        slope = 2 / len(y) * X.T @ (nn.predict(X, theta) - y)
        return np.append(0.0, slope)

    return {"gradient": gradient}


@train_diabetes.mistake(
    "the path never leaves the start", hint="Is the theta that your loop computes used by the next step?", control=True
)
def _(nn):
    def gradient_descent(slope, theta, *, learning_rate, steps):
        path = np.empty((steps + 1, len(theta)))
        for k in range(steps + 1):
            path[k] = theta
        return path

    return {"gradient_descent": gradient_descent}


# Normal equations


@check(of="normal_equations", points=2, sort="value")
def normal_values(nn, X, y):
    """`normal_equations` returns the theta of the smallest mean squared error, the intercept first."""
    return {"theta": nn.normal_equations(X, y)}


@normal_values.cases
def _(rng):
    for n, d in [(8, 2), (12, 4), (30, 1)]:
        X = rng.normal(size=(n, d)) + 0.5
        yield {"X": X, "y": X @ rng.normal(size=d) + 2.0 + rng.normal(size=n)}


@normal_values.mistake("there is no intercept", hint="Which matrix has the column of ones?")
def _(nn):
    def normal_equations(X, y, *, strength=0.0):
        return np.linalg.solve(X.T @ X + strength * len(X) * np.eye(X.shape[1]), X.T @ y)

    return {"normal_equations": normal_equations}


@normal_values.mistake(
    "an intercept of 0 is put before weights that were fitted without one",
    hint="The ones belong into A before you solve.",
)
def _(nn):
    def normal_equations(X, y, *, strength=0.0):
        w = np.linalg.solve(X.T @ X + strength * len(X) * np.eye(X.shape[1]), X.T @ y)
        return np.append(0.0, w)

    return {"normal_equations": normal_equations}


@normal_values.mistake("the intercept stands last", hint="In which order do you put the ones and X side by side?")
def _(nn):
    def normal_equations(X, y, *, strength=0.0):
        A = np.column_stack([X, np.ones(len(X))])
        ridge = strength * len(X) * np.diag([1.0] * X.shape[1] + [0.0])
        return np.linalg.solve(A.T @ A + ridge, A.T @ y)

    return {"normal_equations": normal_equations}


@normal_values.mistake(
    "the intercept is the mean of y though the features were not centred on their way to the prediction",
    hint="If you centre X to fit the weights, what does a row of raw zeros predict?",
)
def _(nn):
    def normal_equations(X, y, *, strength=0.0):
        Z = X - X.mean(axis=0)
        w = np.linalg.solve(Z.T @ Z + strength * len(X) * np.eye(X.shape[1]), Z.T @ y)
        return np.append(y.mean(), w)

    return {"normal_equations": normal_equations}


@normal_values.mistake(
    "one side is divided by N and the other is not", hint="The factor 2/N is on both sides, and cancels."
)
def _(nn):
    def normal_equations(X, y, *, strength=0.0):
        A = np.column_stack([np.ones(len(X)), X])
        ridge = strength * np.diag([0.0] + [1.0] * X.shape[1])
        return np.linalg.solve(A.T @ A / len(X) + ridge, A.T @ y)

    return {"normal_equations": normal_equations}


@normal_values.mistake(
    "each feature is fitted alone, as if the others were not there",
    hint="Dividing by the diagonal of the matrix is not solving the equations.",
)
def _(nn):
    def normal_equations(X, y, *, strength=0.0):
        A = np.column_stack([np.ones(len(X)), X])
        ridge = strength * len(X) * np.append(0.0, np.ones(X.shape[1]))
        return A.T @ y / (np.sum(A**2, axis=0) + ridge)

    return {"normal_equations": normal_equations}


@check(of="normal_equations", points=2, sort="value", needs=["normal_values"])
def normal_penalized(nn, X, y, strength):
    """With a strength, `normal_equations` minimises the mean squared error plus strength times the sum of w squared."""
    return {"theta": nn.normal_equations(X, y, strength=strength)}


@normal_penalized.cases
def _(rng):
    for n, d, strength in [(9, 2, 0.3), (12, 4, 0.05), (4, 5, 0.7)]:
        X = rng.normal(size=(n, d)) + 0.5
        yield {"X": X, "y": X @ rng.normal(size=d) + 2.0 + rng.normal(size=n), "strength": strength}


@normal_penalized.mistake("the strength is ignored", hint="What does your function do with its third argument?")
def _(nn):
    def normal_equations(X, y, *, strength=0.0):
        A = np.column_stack([np.ones(len(X)), X])
        return np.linalg.lstsq(A, y, rcond=None)[0]

    return {"normal_equations": normal_equations}


@normal_penalized.mistake(
    "the intercept is penalised too",
    hint="Adding 100 to every y should add 100 to the intercept, and change nothing else.",
)
def _(nn):
    def normal_equations(X, y, *, strength=0.0):
        A = np.column_stack([np.ones(len(X)), X])
        return np.linalg.solve(A.T @ A + strength * len(X) * np.eye(A.shape[1]), A.T @ y)

    return {"normal_equations": normal_equations}


@normal_penalized.mistake(
    "the strength is not multiplied by N",
    hint="The loss is a mean. What happened to its 1/N when you cleared the fractions?",
)
def _(nn):
    def normal_equations(X, y, *, strength=0.0):
        A = np.column_stack([np.ones(len(X)), X])
        ridge = strength * np.eye(A.shape[1])
        ridge[0, 0] = 0.0
        return np.linalg.solve(A.T @ A + ridge, A.T @ y)

    return {"normal_equations": normal_equations}


@normal_penalized.mistake(
    "the strength is doubled", hint="Both terms of the gradient have a factor 2. Does it survive?"
)
def _(nn):
    def normal_equations(X, y, *, strength=0.0):
        A = np.column_stack([np.ones(len(X)), X])
        ridge = 2 * strength * len(X) * np.eye(A.shape[1])
        ridge[0, 0] = 0.0
        return np.linalg.solve(A.T @ A + ridge, A.T @ y)

    return {"normal_equations": normal_equations}


@normal_penalized.mistake(
    "the strength is halved", hint="Both terms of the gradient have a factor 2, and no 1/2 is in the loss."
)
def _(nn):
    def normal_equations(X, y, *, strength=0.0):
        A = np.column_stack([np.ones(len(X)), X])
        ridge = strength * len(X) / 2 * np.eye(A.shape[1])
        ridge[0, 0] = 0.0
        return np.linalg.solve(A.T @ A + ridge, A.T @ y)

    return {"normal_equations": normal_equations}


@normal_penalized.mistake(
    "the strength is added to every entry of the matrix, not to its diagonal",
    hint="Each weight is pulled by its own size only. Which entries of the matrix belong to one weight alone?",
)
def _(nn):
    def normal_equations(X, y, *, strength=0.0):
        A = np.column_stack([np.ones(len(X)), X])
        ridge = np.full((A.shape[1], A.shape[1]), strength * len(X))
        ridge[0, :] = ridge[:, 0] = 0.0
        return np.linalg.lstsq(A.T @ A + ridge, A.T @ y, rcond=None)[0]

    return {"normal_equations": normal_equations}


@normal_penalized.mistake(
    "the penalty is subtracted", hint="A penalty makes large weights dearer. Which sign does that?"
)
def _(nn):
    def normal_equations(X, y, *, strength=0.0):
        A = np.column_stack([np.ones(len(X)), X])
        ridge = strength * len(X) * np.eye(A.shape[1])
        ridge[0, 0] = 0.0
        return np.linalg.solve(A.T @ A - ridge, A.T @ y)

    return {"normal_equations": normal_equations}


# Penalties


@check(of="L2", points=1, sort="value")
def l2_value(nn, w, strength):
    """`L2(strength).value(w)` returns strength times the sum of the squared weights."""
    return {"value": nn.L2(strength).value(w)}


@l2_value.cases
def _(rng):
    for d, strength in [(4, 0.3), (7, 2.5)]:
        yield {"w": rng.normal(size=d), "strength": strength}


@l2_value.mistake("the length of w is taken, not its square", hint="There is no square root in the text's formula.")
def _(nn):
    class L2(nn.L2):
        def value(self, w):
            return float(self.strength * np.linalg.norm(w))

    return {"L2": L2}


@l2_value.mistake("the sum is halved", hint="This course has no factor 1/2, here as in the loss.")
def _(nn):
    class L2(nn.L2):
        def value(self, w):
            return float(0.5 * self.strength * np.sum(w**2))

    return {"L2": L2}


@l2_value.mistake(
    "the squares are averaged", hint="The loss is a mean over the rows; the penalty is a sum over the weights."
)
def _(nn):
    class L2(nn.L2):
        def value(self, w):
            return float(self.strength * np.mean(w**2))

    return {"L2": L2}


@l2_value.mistake("the strength is left out", hint="Does your value change with the strength?")
def _(nn):
    class L2(nn.L2):
        def value(self, w):
            return float(np.sum(w**2))

    return {"L2": L2}


@l2_value.mistake("the strength is squared with the weights", hint="Where do your brackets end?")
def _(nn):
    class L2(nn.L2):
        def value(self, w):
            return float(np.sum((self.strength * w) ** 2))

    return {"L2": L2}


@check(of="L2", points=1, sort="gradient", needs=["l2_value"])
def l2_gradient(nn, w, strength):
    """`L2(strength).gradient(w)` returns the derivative of the penalty with respect to each weight."""
    penalty = nn.L2(strength)
    return {"gradient": penalty.gradient(w), "numeric gradient": nn.finite_difference(penalty.value, w, 1.0)}


@l2_gradient.cases
def _(rng):
    for d, strength in [(4, 0.3), (7, 2.5)]:
        yield {"w": rng.normal(size=d), "strength": strength}


@l2_gradient.mistake("the factor 2 is forgotten", hint="Differentiate the square: what comes down?")
def _(nn):
    class L2(nn.L2):
        def gradient(self, w):
            return self.strength * w

    return {"L2": L2}


@l2_gradient.mistake("the strength is left out", hint="Does your gradient change with the strength?")
def _(nn):
    class L2(nn.L2):
        def gradient(self, w):
            return 2 * w

    return {"L2": L2}


@l2_gradient.mistake("the entries are summed to one number", hint="The gradient has the shape of w.")
def _(nn):
    class L2(nn.L2):
        def gradient(self, w):
            return 2 * self.strength * np.sum(w)

    return {"L2": L2}


@l2_gradient.mistake("the sign is reversed", hint="The gradient points to where the penalty grows: away from 0.")
def _(nn):
    class L2(nn.L2):
        def gradient(self, w):
            return -2 * self.strength * w

    return {"L2": L2}


@l2_gradient.mistake(
    "the squares themselves are returned", hint="This is the penalty of each weight; how fast does it change?"
)
def _(nn):
    class L2(nn.L2):
        def gradient(self, w):
            return self.strength * w**2

    return {"L2": L2}


@check(of="L1", points=1, sort="value")
def l1_value(nn, w, strength):
    """`L1(strength).value(w)` returns strength times the sum of the absolute weights."""
    return {"value": nn.L1(strength).value(w)}


@l1_value.cases
def _(rng):
    for d, strength, sign in [(4, 0.3, 1), (7, 2.5, -1)]:
        w = rng.normal(size=d)
        yield {"w": sign * np.sign(w.sum()) * w, "strength": strength}  # one sum is positive, one negative


@l1_value.mistake("the weights are summed with their signs", hint="Weights of 3 and -3 would cost nothing together.")
def _(nn):
    class L1(nn.L1):
        def value(self, w):
            return float(self.strength * np.sum(w))

    return {"L1": L1}


@l1_value.mistake("the absolute value is taken of the sum", hint="Weights of 3 and -3 would cost nothing together.")
def _(nn):
    class L1(nn.L1):
        def value(self, w):
            return float(self.strength * abs(np.sum(w)))

    return {"L1": L1}


@l1_value.mistake("the absolute weights are averaged", hint="The penalty is a sum over the weights.")
def _(nn):
    class L1(nn.L1):
        def value(self, w):
            return float(self.strength * np.mean(np.abs(w)))

    return {"L1": L1}


@l1_value.mistake("the weights are squared", hint="This is the other penalty.")
def _(nn):
    class L1(nn.L1):
        def value(self, w):
            return float(self.strength * np.sum(w**2))

    return {"L1": L1}


@l1_value.mistake("the strength is left out", hint="Does your value change with the strength?")
def _(nn):
    class L1(nn.L1):
        def value(self, w):
            return float(np.sum(np.abs(w)))

    return {"L1": L1}


@check(of="L1", points=1, sort="gradient", needs=["l1_value"])
def l1_gradient(nn, w, strength):
    """`L1(strength).gradient(w)` returns the derivative of the penalty by each weight, and 0 where w is 0."""
    penalty = nn.L1(strength)
    return {"gradient": penalty.gradient(w), "numeric gradient": nn.finite_difference(penalty.value, w, 1.0)}


@l1_gradient.cases
def _(rng):
    for d, strength in [(5, 0.3), (7, 2.5)]:
        w = rng.normal(size=d)
        w = np.sign(w) * (np.abs(w) + 0.1)
        w[int(rng.integers(d))] = 0.0
        yield {"w": w, "strength": strength}


@l1_gradient.mistake(
    "w is divided by its absolute value, which is 0 / 0 where w is 0", hint="What is the entry for a weight of 0 to be?"
)
def _(nn):
    class L1(nn.L1):
        def gradient(self, w):
            return self.strength * w / np.abs(w)

    return {"L1": L1}


@l1_gradient.mistake(
    "a weight of 0 gets -strength, as a negative one does", hint="There are three cases: negative, positive and 0."
)
def _(nn):
    class L1(nn.L1):
        def gradient(self, w):
            return np.where(w > 0, self.strength, -self.strength)

    return {"L1": L1}


@l1_gradient.mistake(
    "a weight of 0 gets +strength, as a positive one does", hint="There are three cases: negative, positive and 0."
)
def _(nn):
    class L1(nn.L1):
        def gradient(self, w):
            return np.where(w < 0, -self.strength, self.strength)

    return {"L1": L1}


@l1_gradient.mistake(
    "every weight gets +strength, whatever its sign",
    hint="Where w is negative, does the penalty grow or fall as w grows?",
)
def _(nn):
    class L1(nn.L1):
        def gradient(self, w):
            return np.full(w.shape, self.strength)

    return {"L1": L1}


@l1_gradient.mistake("the strength is left out", hint="Does your gradient change with the strength?")
def _(nn):
    class L1(nn.L1):
        def gradient(self, w):
            return np.sign(w)

    return {"L1": L1}


@l1_gradient.mistake("the gradient is proportional to w", hint="How steep is |w| at 0.01, and how steep at 100?")
def _(nn):
    class L1(nn.L1):
        def gradient(self, w):
            return self.strength * w

    return {"L1": L1}


pulls = question(
    "pulls",
    "The derivatives of the L2 and of the L1 penalty at w = 0.01, both of strength 1: a tuple, L2 first.",
    answer=(0.02, 1.0),
    points=1,
    wrong={
        (0.01, 1.0): ("the factor 2 of the square's derivative is forgotten", "What is the derivative of w squared?"),
        (0.0001, 0.01): ("these are the penalties, not their derivatives", "How fast does each change as w changes?"),
        (1.0, 0.02): ("the two are exchanged", "Which of the two curves is flat at the bottom?"),
        (0.02, 0.01): ("the L1 penalty's value stands for its derivative", "How steep is |w| to the right of 0?"),
    },
)


@check(of="penalized_gradient", points=2, sort="gradient", needs=["gradient_values", "l2_gradient", "l1_gradient"])
def penalized_values(nn, X, y, theta, strength):
    """`penalized_gradient` returns the gradient of the mean squared error plus the penalty on the weights alone."""

    def loss(penalty):
        return lambda t: nn.mean_squared_error(nn.predict(X, t), y) + penalty.value(t[1:])

    return {
        "with L2": nn.penalized_gradient(X, y, theta, nn.L2(strength)),
        "with L1": nn.penalized_gradient(X, y, theta, nn.L1(strength)),
        "numeric with L2": nn.finite_difference(loss(nn.L2(strength)), theta, 1.0),
        "numeric with L1": nn.finite_difference(loss(nn.L1(strength)), theta, 1.0),
    }


@penalized_values.cases
def _(rng):
    for n, d, strength in [(4, 2, 0.3), (9, 5, 2.5), (30, 3, 0.05)]:
        theta = rng.normal(size=d + 1)
        theta = np.sign(theta) * (np.abs(theta) + 0.1)
        yield {"X": rng.normal(size=(n, d)) + 0.5, "y": rng.normal(size=n), "theta": theta, "strength": strength}


@penalized_values.mistake(
    "the intercept is penalised too",
    hint="The text says why the intercept goes free. Which entries of theta are weights?",
)
def _(nn):
    def penalized_gradient(X, y, theta, penalty):
        return nn.gradient(X, y, theta) + penalty.gradient(theta)

    return {"penalized_gradient": penalized_gradient}


@penalized_values.mistake("the penalty is left out", hint="What does your function do with its last argument?")
def _(nn):
    def penalized_gradient(X, y, theta, penalty):
        return nn.gradient(X, y, theta)

    return {"penalized_gradient": penalized_gradient}


@penalized_values.mistake(
    "the penalty is subtracted", hint="The two are added to one loss, so their gradients are added too."
)
def _(nn):
    def penalized_gradient(X, y, theta, penalty):
        A = np.column_stack([np.ones(len(y)), X])
        total = 2 / len(y) * A.T @ (A @ theta - y)
        total[1:] -= penalty.gradient(theta[1:])
        return total

    return {"penalized_gradient": penalized_gradient}


@penalized_values.mistake(
    "the penalty's gradient is divided by N", hint="The penalty is not part of the mean over the rows."
)
def _(nn):
    def penalized_gradient(X, y, theta, penalty):
        A = np.column_stack([np.ones(len(y)), X])
        total = 2 / len(y) * A.T @ (A @ theta - y)
        total[1:] += penalty.gradient(theta[1:]) / len(y)
        return total

    return {"penalized_gradient": penalized_gradient}


@penalized_values.mistake(
    "the penalty itself is added to every entry, not its gradient", hint="A gradient is made of derivatives."
)
def _(nn):
    def penalized_gradient(X, y, theta, penalty):
        A = np.column_stack([np.ones(len(y)), X])
        total = 2 / len(y) * A.T @ (A @ theta - y)
        total[1:] += penalty.value(theta[1:])
        return total

    return {"penalized_gradient": penalized_gradient}


@penalized_values.mistake(
    "the last weight goes free and the intercept is penalised", hint="At which end of theta does the intercept stand?"
)
def _(nn):
    def penalized_gradient(X, y, theta, penalty):
        pull = np.append(penalty.gradient(theta[:-1]), 0.0)
        A = np.column_stack([np.ones(len(y)), X])
        return 2 / len(y) * A.T @ (A @ theta - y) + pull

    return {"penalized_gradient": penalized_gradient}


@penalized_values.mistake(
    "the intercept's entry is set to 0, so it does not learn at all",
    hint="Not to be penalised is not the same as not to be fitted.",
)
def _(nn):
    def penalized_gradient(X, y, theta, penalty):
        A = np.column_stack([np.ones(len(y)), X])
        total = 2 / len(y) * A.T @ (A @ theta - y) + penalty.gradient(theta)
        total[0] = 0.0
        return total

    return {"penalized_gradient": penalized_gradient}


@penalized_values.mistake(
    "each weight is pulled by its neighbour: the penalty's gradient is shifted by one",
    hint="Write the entries of theta and of the pull under one another, for D = 2.",
)
def _(nn):
    def penalized_gradient(X, y, theta, penalty):
        A = np.column_stack([np.ones(len(y)), X])
        total = 2 / len(y) * A.T @ (A @ theta - y)
        total[1:] += penalty.gradient(theta)[:-1]
        return total

    return {"penalized_gradient": penalized_gradient}


@check(
    of=["penalized_gradient", "L2", "gradient_descent"],
    points=3,
    sort="outcome",
    needs=["penalized_values", "descent_path"],
)
def train_penalized(nn, Z, y, theta):
    """With an L2 penalty of 0.5, 15 patients are enough to predict others better than their mean does, as a rule."""
    paths = []
    for Zi, yi in zip(Z, y, strict=True):
        paths.append(
            nn.gradient_descent(
                lambda t, Zi=Zi, yi=yi: nn.penalized_gradient(Zi, yi, t, nn.L2(0.5)),
                theta,
                learning_rate=0.1,
                steps=200,
            )
        )
    return {"first steps": [path[:4] for path in paths], "theta": [path[-1] for path in paths]}


@train_penalized.cases
def _(rng):
    X, y, *_ = datasets.load_diabetes()
    order = rng.permutation(len(y))
    groups, held_out = order[:240].reshape(16, 15), order[240:]
    mean, scale = X[groups].mean(axis=1, keepdims=True), X[groups].std(axis=1, keepdims=True)
    scale[scale == 0] = 1.0  # about once in 1,000 draws, a group is of one sex
    yield {
        "Z": (X[groups] - mean) / scale,
        "y": y[groups],
        "theta": rng.normal(size=11),
        "judge": {"X": X[held_out], "y": y[held_out], "mean": mean, "scale": scale},
    }


@train_penalized.outcome(
    "mean squared error on held-out patients (as a share of their variance, averaged over 16 groups of 15)",
    at_most=0.95,
    uses=["theta"],
)
def _(arrays, judge):
    """Measured on 1,000 draws of the reference: 0.63 to 0.90, no false failure; the nearest control: 0.96 to 2.00."""
    Z = (judge["X"] - judge["mean"]) / judge["scale"]
    prediction = np.einsum("gnd,gd->gn", Z, arrays["theta"][:, 1:]) + arrays["theta"][:, :1]
    return np.mean((prediction - judge["y"]) ** 2) / np.var(judge["y"])


@train_penalized.mistake(
    "the penalty is left out", hint="11 numbers fitted to 15 patients: what keeps them small?", control=True
)
def _(nn):
    def penalized_gradient(X, y, theta, penalty):
        return nn.gradient(X, y, theta)

    return {"penalized_gradient": penalized_gradient}


@train_penalized.mistake(
    "the penalty is subtracted, so large weights are rewarded",
    hint="Look at the size of your weights after each step.",
    control=True,
)
def _(nn):
    def penalized_gradient(X, y, theta, penalty):
        pull = penalty.gradient(theta)
        pull[0] = 0.0
        A = np.column_stack([np.ones(len(y)), X])
        return 2 / len(y) * A.T @ (A @ theta - y) - pull

    return {"penalized_gradient": penalized_gradient}


@train_penalized.mistake(
    "the intercept is penalised too",
    hint="The predictions come out too low on the whole. Which entry of theta sets their height?",
)
def _(nn):
    def penalized_gradient(X, y, theta, penalty):
        A = np.column_stack([np.ones(len(y)), X])
        return 2 / len(y) * A.T @ (A @ theta - y) + penalty.gradient(theta)

    return {"penalized_gradient": penalized_gradient}
