"""What all plots have in common."""

import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest

from gradschool import nn
from gradschool.nn import plots

MODEL = nn.Sequential(nn.Dense(2, 3, rng=np.random.default_rng(0)))
X = np.random.default_rng(1).normal(size=(6, 2))


def with_gradients():
    MODEL.forward(X)
    MODEL.backward(np.ones((6, 3)))
    return MODEL


CALLS = {
    "plot_activation_histograms": lambda ax=None: plots.plot_activation_histograms(MODEL, X, ax=ax),
    "plot_confusion_matrix": lambda ax=None: plots.plot_confusion_matrix([[3, 1], [0, 2]], ax=ax),
    "plot_decision_boundary": lambda ax=None: plots.plot_decision_boundary(MODEL, X, [0, 1, 2, 0, 1, 2], ax=ax),
    "plot_feature_maps": lambda ax=None: plots.plot_feature_maps(Double(), np.ones((3, 4, 5)), ax=ax),
    "plot_filters": lambda ax=None: plots.plot_filters(np.ones((2, 1, 3, 3)), ax=ax),
    "plot_gradient_histograms": lambda ax=None: plots.plot_gradient_histograms(with_gradients(), ax=ax),
    "plot_history": lambda ax=None: plots.plot_history({"loss": [2, 1]}, ax=ax),
    "plot_schedule": lambda ax=None: plots.plot_schedule(lambda step: 1 / (1 + step), 5, ax=ax),
}


class Double(nn.Layer):
    def forward(self, x, *, train=False):
        return 2 * x


def test_every_function_is_listed_and_documented():
    assert sorted(CALLS) == plots.__all__ == dir(plots)
    for name in plots.__all__:
        assert getattr(plots, name).__doc__
        assert name in plots.__doc__
    with pytest.raises(AttributeError, match=r"^module 'gradschool\.nn\.plots' has no attribute 'plot_loss'"):
        plots.plot_loss  # noqa: B018


def test_the_type_checker_sees_the_same_names_in_the_same_modules():
    with open(plots.__file__, encoding="utf-8") as file:
        source = file.read()
    for name, module in plots.MODULES.items():
        assert f"    from gradschool.nn.plots.{module} import {name} as {name}\n" in source


@pytest.mark.parametrize("name", CALLS)
def test_a_new_figure_is_known_to_pyplot_and_is_not_shown(monkeypatch, name):
    monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("shown"))
    drawn = CALLS[name]()
    first = drawn[0] if isinstance(drawn, list) else drawn
    assert plt.get_fignums() == [first.figure.number]
    for ax in drawn if isinstance(drawn, list) else [drawn]:
        assert ax.figure is first.figure


@pytest.mark.parametrize("name", CALLS)
def test_it_draws_on_the_axes_it_is_given(name):
    probe = CALLS[name]()
    panels = len(probe) if isinstance(probe, list) else 1
    plt.close("all")
    figure, grid = plt.subplots(1, panels, squeeze=False)
    axes = list(grid.flat)
    drawn = CALLS[name](axes if isinstance(probe, list) else axes[0])
    assert (drawn if isinstance(drawn, list) else [drawn]) == axes
    assert plt.get_fignums() == [figure.number]
    assert all(ax.has_data() for ax in axes)


@pytest.mark.parametrize("name", ["plot_activation_histograms", "plot_gradient_histograms", "plot_history"])
def test_axes_of_another_number_are_refused(name):
    with pytest.raises(
        ValueError, match=rf"{name} draws \d panels? here, and ax holds 5; give as many, or leave ax out"
    ):
        CALLS[name](list(plt.subplots(1, 5)[1]))


def test_a_trained_convolution_can_be_looked_at():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 1, 6, 5)), rng.integers(0, 3, 12)
    conv = nn.Conv2d(1, 2, 3, rng=rng)
    model = nn.Sequential(conv, nn.Activation("tanh"), nn.MaxPool2d(2), nn.Flatten(), nn.Dense(4, 3, rng=rng))
    optimizer = nn.SGD(model.parameters(), 0.1)
    options = {"loss": nn.SoftmaxCrossEntropy(), "optimizer": optimizer, "rng": rng, "progress": False}
    history = nn.fit(model, x, y, epochs=2, metrics=[nn.metrics.accuracy], validation_data=(x, y), **options)
    assert [ax.get_ylabel() for ax in plots.plot_history(history)] == ["loss", "accuracy"]
    gradients = [ax.get_ylabel() for ax in plots.plot_gradient_histograms(model)]
    assert gradients == ["layers.0.W", "layers.0.b", "layers.4.W", "layers.4.b"]
    rows = [ax.get_ylabel().split("\n")[0] for ax in plots.plot_activation_histograms(model, x)]
    assert rows == ["Conv2d", "Tanh", "MaxPool2d", "Flatten", "Dense"]
    assert plots.plot_filters(conv).get_title() == "2 filters"
    assert plots.plot_feature_maps(model, x[0]).get_title() == "Conv2d, layers.0: 2 channels"
    counts = plots.plot_confusion_matrix(nn.predict(model, x), y)
    assert sum(int(text.get_text()) for text in counts.texts) == 12


def test_matplotlib_is_imported_with_the_first_picture():
    code = "import sys; from gradschool.nn import plots; [getattr(plots, n) for n in plots.__all__]; "
    code += "assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
