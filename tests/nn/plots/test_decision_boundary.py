import numpy as np
import pytest

from gradschool import nn
from gradschool.nn.plots import plot_decision_boundary

X = np.array([[-1.0, -2.0], [1.0, 2.0], [0.5, -1.0], [-0.5, 1.0]])


def regions(ax):
    """The class of each pixel, and where its centre is."""
    picture = ax.images[0].get_array()
    left, right, bottom, top = ax.images[0].get_extent()
    height, width = picture.shape
    x1 = left + (right - left) * (np.arange(width) + 0.5) / width
    x2 = bottom + (top - bottom) * (np.arange(height) + 0.5) / height
    x1, x2 = np.meshgrid(x1, x2)
    return picture, x1, x2


def points(ax, label):
    (found,) = [c for c in ax.collections if c.get_label() == label]
    return found.get_offsets().tolist()


def vertices(ax):
    return np.concatenate([path.vertices for c in ax.collections if hasattr(c, "levels") for path in c.get_paths()])


@pytest.mark.parametrize("resolution", [50, 200])
def test_the_largest_of_the_scores_wins(resolution):
    y = [0, 1, 2, 2]
    ax = plot_decision_boundary(lambda p: np.stack([-p[:, 0], p[:, 0], 0 * p[:, 0]], 1), X, y, resolution=resolution)
    picture, x1, _ = regions(ax)
    np.testing.assert_array_equal(picture, np.where(x1 < 0, 0, 1))
    np.testing.assert_allclose(vertices(ax)[:, 0], 0, atol=2 / resolution)
    assert points(ax, "class 0") == [X[0].tolist()]
    assert points(ax, "class 2") == X[2:].tolist()


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
@pytest.mark.parametrize(
    ("y", "output", "threshold", "at"),
    [
        ([0, 1, 1, 0], lambda x: 3 * x - 0.6, None, 0.2),
        ([-1, 1, 1, -1], lambda x: x, None, 0.0),
        ([0, 1, 1, 0], lambda x: np.clip(x + 0.25, 0, 1), None, 0.25),
        ([0, 1, 1, 0], lambda x: x, 0.5, 0.5),
        ([1, 1, 1, 1], lambda x: x, None, 0.0),
    ],
)
def test_one_output_is_cut_at_a_threshold(y, output, threshold, at, shape):
    ax = plot_decision_boundary(lambda p: output(p[:, 0]).reshape(shape), X, y, threshold=threshold)
    picture, x1, _ = regions(ax)
    np.testing.assert_array_equal(picture, x1 > at)
    np.testing.assert_allclose(vertices(ax)[:, 0], at, atol=1e-9)


def test_whole_numbers_are_the_classes():
    ax = plot_decision_boundary(lambda p: np.where(p[:, 1] > 0, 7, 3), X, [3, 7, 3, 7])
    picture, _, x2 = regions(ax)
    np.testing.assert_array_equal(picture, x2 > 0)
    assert points(ax, "class 7") == X[[1, 3]].tolist()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_layer_gets_points_of_its_dtype_and_few_at_once(dtype):
    class Watched(nn.Dense):
        def forward(self, x, *, train=False):
            assert not train
            assert x.dtype == dtype
            assert len(x) <= 10_000
            return super().forward(x, train=train)

    layer = Watched(2, 2, rng=np.random.default_rng(0)).astype(dtype)
    picture, x1, x2 = regions(plot_decision_boundary(layer, X.astype(dtype), [0, 1, 0, 1]))
    scores = np.stack([x1, x2], -1) @ layer.W.value
    assert np.mean(picture == scores.argmax(-1)) > 0.999


def test_what_can_only_predict_is_taken_too():
    class Model:
        def predict(self, x):
            return x[:, 0] > 0

    picture, x1, _ = regions(plot_decision_boundary(Model(), X, [0, 1, 1, 0]))
    np.testing.assert_array_equal(picture, x1 > 0)


def test_classes_have_names_and_differ_in_more_than_colour():
    ax = plot_decision_boundary(lambda p: p[:, 0], X, [0, 1, 1, 0], labels=["ill", "well"])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["ill", "well"]
    first, second = (c for c in ax.collections if c.get_label() in ("ill", "well"))
    assert first.get_paths()[0].vertices.shape != second.get_paths()[0].vertices.shape
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$x_1$", "$x_2$")


def test_all_points_lie_inside_even_if_there_is_one():
    ax = plot_decision_boundary(lambda p: p[:, 0], X[:1], [1])
    assert ax.get_xlim()[0] < -1 < ax.get_xlim()[1]
    assert ax.get_ylim()[0] < -2 < ax.get_ylim()[1]


@pytest.mark.parametrize(
    ("x", "y", "model", "message"),
    [
        (np.ones((4, 3)), [0] * 4, np.sum, r"takes X of shape \(N, 2\), got \(4, 3\); choose two columns"),
        (X, [0], np.sum, "takes a class for each of the 4 points, got 1"),
        (
            X,
            [-1, 1, 1, 1],
            lambda p: p,
            "finds the class -1 in y, and the model has scores for 0 to 1; number the classes",
        ),
        (X, [0, 1, 1, 1], lambda p: p[0], r"takes a model that returns \(M, C\), .* got \(8,\) for 40000"),
        (X, [0, 1, 1, 1], lambda p: p[:, None], r".*got \(40000, 1, 2\) for 40000"),
        (X, [0, 1, 2, 0], lambda p: p[:, 0], "cannot tell 3 classes by one output; the model needs one for each"),
    ],
)
def test_what_does_not_fit_is_refused(x, y, model, message):
    with pytest.raises(ValueError, match=f"plot_decision_boundary {message}"):
        plot_decision_boundary(model, x, y)


def test_labels_must_be_as_many_as_classes():
    with pytest.raises(ValueError, match="takes a label for each of 2 classes, got 3"):
        plot_decision_boundary(lambda p: p[:, 0], X, [0, 1, 1, 0], labels=["a", "b", "c"])
