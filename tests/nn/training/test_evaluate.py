import numpy as np
import pytest

from gradschool.nn import Dense, Layer, MeanSquaredError, evaluate
from gradschool.nn.metrics import mean_absolute_error, r2_score


class Identity(Layer):
    def forward(self, x, *, train=False):
        assert not train
        return x


def test_r2_is_that_of_the_whole_and_not_a_mean_over_batches():
    """By hand: residuals (1, -1, 0), targets (0, 3, 6): 1 - 2/18."""
    x, y = np.array([[1.0], [2.0], [6.0]]), np.array([[0.0], [3.0], [6.0]])
    got = evaluate(Identity(), x, y, loss=MeanSquaredError(), metrics=[r2_score], batch_size=1)
    assert got == {"loss": pytest.approx(2 / 3), "r2_score": pytest.approx(8 / 9)}
    assert all(type(value) is float for value in got.values())


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_the_size_of_the_batches_changes_nothing(size):
    rng = np.random.default_rng(0)
    model = Dense(3, 2, rng=rng)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    want = {"loss": MeanSquaredError()(model(x), y), "mae": np.abs(model(x) - y).mean()}
    got = evaluate(model, x, y, loss=MeanSquaredError(), metrics={"mae": mean_absolute_error}, batch_size=size)
    assert got == pytest.approx(want, rel=1e-12)


def test_a_metric_need_not_tell_what_it_takes():
    """3² + 4² = 5²; NumPy's own functions have no signature, or one of many arguments."""
    got = evaluate(Identity(), [[3.0]], [[4.0]], metrics={"hypot": np.hypot, "other": lambda *both, unit=1: unit})
    assert got == {"hypot": 5, "other": 1}


def test_sequences_with_a_target_for_each():
    x = np.random.default_rng(0).normal(size=(4, 6))
    identity, last = Identity(), Identity()
    last.forward = lambda x, train=False: x[-1]
    assert evaluate(identity, x, x, loss=MeanSquaredError(), batch_axis=1, batch_size=4) == {"loss": 0}
    assert evaluate(last, x, x[-1], loss=MeanSquaredError(), batch_axis=1, batch_size=4) == {"loss": 0}


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        (None, "evaluate() has nothing to compute: pass a loss, metrics or both"),
        ([lambda p, t: 0.0], "has no name: pass metrics as a dict, {'its name': metric}"),
        (["r2_score"], "a metric is a function of prediction and target, got 'r2_score'; see nn.metrics"),
        (r2_score, "metrics are a list of functions, or a dict of them by name, got <function r2_score"),
        ([r2_score, r2_score], "two metrics are called 'r2_score'"),
        ({"pair": lambda p, t: np.ones(2)}, "the metric 'pair' returns an array of shape (2,), not a number"),
    ],
)
def test_metrics_that_are_refused(metrics, message):
    with pytest.raises(ValueError) as caught:
        evaluate(Identity(), np.ones((2, 1)), np.ones((2, 1)), metrics=metrics)
    assert message in str(caught.value)


def test_lengths_that_differ_and_an_empty_set_are_refused():
    with pytest.raises(ValueError, match="the arrays hold 2 and 3 examples"):
        evaluate(Identity(), np.ones((2, 1)), np.ones((3, 1)), loss=MeanSquaredError())
    with pytest.raises(ValueError, match=r"takes at least one example, got x of shape \(0, 1\)"):
        evaluate(Identity(), np.ones((0, 1)), np.ones((0, 1)), loss=MeanSquaredError())
