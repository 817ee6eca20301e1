import numpy as np
import pytest

from gradschool import nn
from gradschool.nn.plots import plot_activation_histograms, plot_gradient_histograms


class Tanh(nn.Layer):
    def forward(self, x, *, train=False):
        assert not train
        return np.tanh(x)


class Same(nn.Layer):
    def __init__(self, *shapes):
        self.parts = [nn.Parameter(np.zeros(shape)) for shape in shapes]

    def forward(self, x, *, train=False):
        return x


def notes(axes):
    return [ax.texts[0].get_text().split("\n") for ax in axes]


def shares(ax):
    """The share of the values in each bin, and the edges of the bins."""
    (patch,) = ax.patches
    data = patch.get_data()
    return data.values, data.edges


def test_there_is_a_row_for_every_layer_that_has_none_inside():
    model = nn.Sequential(nn.Dense(2, 3, rng=np.random.default_rng(0)), nn.Sequential(Tanh()))
    axes = plot_activation_histograms(model, np.random.default_rng(1).normal(size=(9, 2)))
    assert [ax.get_ylabel() for ax in axes] == ["Dense\nlayers.0", "Tanh\nlayers.1.layers.0"]
    assert axes[-1].get_xlabel() == "output of the layer"


def test_a_layer_of_its_own_is_a_row():
    (ax,) = plot_activation_histograms(Same(), np.array([[1.0, 2.0]]))
    assert ax.get_ylabel() == "Same"


def test_zeros_are_counted_and_left_out_of_the_histogram():
    x = np.array([[0.0, 0.0, 0.0, 1.0, 1.0, 3.0, 0.0, 0.0]])
    (ax,) = plot_activation_histograms(Same(), x)
    heights, edges = shares(ax)
    assert heights.sum() == pytest.approx(1)
    assert heights[0] == pytest.approx(2 / 3)
    assert heights[-1] == pytest.approx(1 / 3)
    assert edges[0] == pytest.approx(1, abs=0.02)
    assert notes([ax]) == [["mean 0.62", "sd 0.99", "62 % zero"]]


def test_saturated_outputs_are_counted():
    axes = plot_activation_histograms(nn.Sequential(Tanh()), np.array([[-9.0, 9.0, 0.5, -0.5]]))
    assert notes(axes)[0][-1] == "50 % saturated"


def test_what_is_no_number_is_reported_and_not_drawn():
    (ax,) = plot_activation_histograms(Same(), np.array([[1.0, 2.0, np.nan, np.inf]]))
    assert notes([ax])[0] == ["mean 1.5", "sd 0.5", "50 % not finite"]
    assert shares(ax)[0].sum() == pytest.approx(1)


@pytest.mark.parametrize("x", [np.zeros((2, 3)), np.full((2, 3), np.nan)], ids=["zeros", "no numbers"])
def test_a_dead_layer_is_an_empty_row(x):
    (ax,) = plot_activation_histograms(Same(), x)
    assert not ax.patches
    assert notes([ax])[0][-1].startswith("100 % ")


def test_a_constant_layer_is_drawn():
    (ax,) = plot_activation_histograms(Same(), np.full((2, 3), 7.0))
    assert shares(ax)[0].max() == pytest.approx(1)


def test_rows_have_one_axis():
    class Half(Same):
        def forward(self, x, *, train=False):
            return x / 2

    x = np.random.default_rng(0).normal(size=(100, 10))
    first, second = plot_activation_histograms(nn.Sequential(Half(), Half()), x)
    assert first.get_xlim() == second.get_xlim()
    np.testing.assert_array_equal(shares(first)[1], shares(second)[1])


def test_gradients_have_a_row_for_every_parameter_on_a_logarithmic_axis():
    layer = Same((4,), (2, 2))
    layer.parts[0].grad += [1e-3, -1e-3, 0, 0]
    layer.parts[1].grad += [[10, 10], [-10, 10]]
    axes = plot_gradient_histograms(layer)
    assert [ax.get_ylabel() for ax in axes] == ["parts.0", "parts.1"]
    assert [ax.get_xscale() for ax in axes] == ["log", "log"]
    assert notes(axes) == [["rms 0.00071", "50 % zero"], ["rms 10"]]
    for ax, size in zip(axes, [1e-3, 10], strict=True):
        heights, edges = shares(ax)
        (full,) = np.flatnonzero(heights)
        assert heights[full] == pytest.approx(1)
        assert edges[full] <= size <= edges[full + 1]


def test_a_parameter_without_a_gradient_is_an_empty_row():
    layer = Same((2,), (3,))
    layer.parts[0].grad += [1, 2]
    axes = plot_gradient_histograms(layer)
    assert not axes[1].patches
    assert notes(axes)[1] == ["rms 0", "100 % zero"]


def test_gradients_that_are_no_numbers_are_reported():
    layer = Same((4,))
    layer.parts[0].grad += [1, 2, np.inf, np.nan]
    assert notes(plot_gradient_histograms(layer))[0][-1] == "50 % not finite"


def test_without_any_gradient_the_error_says_what_to_call():
    with pytest.raises(
        ValueError, match=r"finds no gradient that is not 0; call loss.forward\(...\) and model.backward"
    ):
        plot_gradient_histograms(nn.Dense(2, 3, rng=np.random.default_rng(0)))
