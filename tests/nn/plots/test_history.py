from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest

from gradschool import nn
from gradschool.nn.plots import plot_history

VALUES = {"accuracy": [0.5, 0.7], "loss": [2.0, 1.0], "val_loss": [2.5, 1.5], "learning_rate": [0.1, 0.1]}


def drawn(ax):
    return {line.get_label(): line.get_ydata().tolist() for line in ax.lines}


def test_there_is_a_panel_for_the_loss_and_for_each_metric_with_training_and_validation():
    loss, accuracy = plot_history(VALUES)
    assert drawn(loss) == {"training": [2.0, 1.0], "validation": [2.5, 1.5]}
    assert drawn(accuracy) == {"training": [0.5, 0.7]}
    assert (loss.get_ylabel(), accuracy.get_ylabel(), loss.get_xlabel()) == ("loss", "accuracy", "epoch")
    assert [text.get_text() for text in loss.get_legend().get_texts()] == ["training", "validation"]
    assert accuracy.get_legend() is None


def test_training_and_validation_differ_in_more_than_colour():
    lines = plot_history(VALUES)[0].lines
    assert len({line.get_linestyle() for line in lines}) == len({line.get_marker() for line in lines}) == 2


def test_the_learning_rate_is_drawn_if_it_changes_and_on_a_logarithmic_axis_if_it_changes_much():
    *_, last = plot_history(VALUES | {"learning_rate": [0.1, 0.05]})
    assert (last.get_ylabel(), drawn(last), last.get_yscale()) == ("learning rate", {"training": [0.1, 0.05]}, "linear")
    *_, last = plot_history(VALUES | {"learning_rate": [0.1, 0.001]})
    assert last.get_yscale() == "log"


def test_names_choose_the_panels():
    (ax,) = plot_history(VALUES, ["accuracy"], ax=plt.subplots()[1])
    assert drawn(ax) == {"training": [0.5, 0.7]}


def test_a_history_of_this_library_keeps_its_epochs():
    history = nn.History()
    for epoch in (5, 6):
        history.record(epoch, {"loss": float(epoch)})
    (ax,) = plot_history(history)
    assert ax.lines[0].get_xdata().tolist() == [6, 7]
    assert drawn(ax) == {"training": [5.0, 6.0]}


@pytest.mark.parametrize("more", [{}, {"epoch": [3, 4]}])
def test_what_keras_returns_is_understood(more):
    loss, _ = plot_history(SimpleNamespace(history=VALUES, **more))
    assert loss.lines[0].get_xdata().tolist() == [epoch + 1 for epoch in more.get("epoch", [0, 1])]


def test_ticks_are_at_whole_epochs():
    (ax,) = plot_history({"loss": [3, 2, 1]})
    ax.figure.canvas.draw()
    assert all(float(tick).is_integer() for tick in ax.get_xticks())


@pytest.mark.parametrize("epoch", [0, 6])
def test_one_epoch_has_one_tick_in_the_middle(epoch):
    history = nn.History()
    history.record(epoch, {"loss": 1.0, "val_loss": 2.0})
    (ax,) = plot_history(history)
    ax.figure.canvas.draw()
    assert ax.get_xlim() == (epoch + 0.5, epoch + 1.5)
    assert [tick for tick in ax.get_xticks() if epoch + 0.5 <= tick <= epoch + 1.5] == [epoch + 1]


def test_panels_are_in_rows_of_three_and_none_is_empty():
    axes = plot_history({f"metric_{i}": [1, 2] for i in range(5)})
    assert len(axes) == len(axes[0].figure.axes) == 5
    assert axes[3].get_ylabel() == "metric 3"


def test_one_epoch_is_a_point_and_what_is_no_number_a_gap():
    (ax,) = plot_history({"loss": [1.0]})
    assert ax.lines[0].get_marker() == "o"
    (ax,) = plot_history({"loss": [1.0, float("nan"), 2.0]})
    assert np.isnan(ax.lines[0].get_ydata()[1])


@pytest.mark.parametrize(
    ("history", "names", "error", "message"),
    [
        ({}, None, ValueError, "needs a history of one epoch or more, and this one is empty"),
        ({"loss": []}, None, ValueError, ".*this one is empty"),
        (
            VALUES,
            ["acuracy"],
            ValueError,
            "finds no 'acuracy' in the history; it has accuracy, loss, val_loss, learning_",
        ),
        (
            [1, 2],
            None,
            TypeError,
            "takes what nn.fit returns, or a dict of lists by name, got list; pass history, not th",
        ),
    ],
)
def test_what_is_no_history_is_refused(history, names, error, message):
    with pytest.raises(error, match=f"plot_history {message}"):
        plot_history(history, names)
