"""Pictures of data, models and training, drawn with matplotlib, which is imported when the first is drawn.

plot_history                  loss and metrics, epoch by epoch, in training and validation
plot_decision_boundary        which class a model gives each point of the plane
plot_confusion_matrix         how often each class was taken for each
plot_filters                  the weights of a convolution, as images
plot_feature_maps             what a layer makes of an image
plot_activation_histograms    the outputs of every layer, and how many are zero or saturated
plot_gradient_histograms      how large the gradients of every parameter are
plot_schedule                 the learning rate, step by step

Each draws on `ax`, or on a new figure of `matplotlib.pyplot`, and returns the Axes it drew on, or a list of them:
change them as you like, and keep the picture with `.figure.savefig(path)`. No global setting is changed. Some put data
through the model: draw them before a forward pass or after its backward pass, not between the two.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

MODULES = {
    "plot_activation_histograms": "histograms",
    "plot_confusion_matrix": "confusion",
    "plot_decision_boundary": "decision_boundary",
    "plot_feature_maps": "filters",
    "plot_filters": "filters",
    "plot_gradient_histograms": "histograms",
    "plot_history": "history",
    "plot_schedule": "schedules",
}
"""The module of each function."""

__all__ = sorted(MODULES)


def __getattr__(name: str) -> Any:
    """Return the function `name`, importing its module."""
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Return the functions."""
    return list(__all__)


if TYPE_CHECKING:
    from gradschool.nn.plots.confusion import plot_confusion_matrix as plot_confusion_matrix
    from gradschool.nn.plots.decision_boundary import plot_decision_boundary as plot_decision_boundary
    from gradschool.nn.plots.filters import plot_feature_maps as plot_feature_maps
    from gradschool.nn.plots.filters import plot_filters as plot_filters
    from gradschool.nn.plots.histograms import plot_activation_histograms as plot_activation_histograms
    from gradschool.nn.plots.histograms import plot_gradient_histograms as plot_gradient_histograms
    from gradschool.nn.plots.history import plot_history as plot_history
    from gradschool.nn.plots.schedules import plot_schedule as plot_schedule
