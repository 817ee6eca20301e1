import pytest

from gradschool.nn.plots import plot_schedule


def halving(step):
    return 0.5**step


class Constant:
    def __call__(self, step):
        return 0.1


def test_the_rate_of_every_step_is_drawn():
    ax = plot_schedule(halving, 4)
    (line,) = ax.lines
    assert line.get_xdata().tolist() == [0, 1, 2, 3]
    assert line.get_ydata().tolist() == [1, 0.5, 0.25, 0.125]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_legend()) == ("step", "learning rate", None)
    assert ax.get_ylim()[0] == 0


def test_several_are_told_apart_by_name_colour_and_line():
    ax = plot_schedule({"halving": halving, "constant": 0.3}, 2)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["halving", "constant"]
    first, second = ax.lines
    assert second.get_ydata().tolist() == [0.3, 0.3]
    assert first.get_color() != second.get_color()
    assert first.get_linestyle() != second.get_linestyle()


def test_those_of_a_list_bear_their_own_names():
    ax = plot_schedule([halving, Constant(), Constant(), 0.25], 2)
    assert [line.get_label() for line in ax.lines] == ["halving", "Constant", "Constant 2", "0.25"]


def test_the_axis_of_rates_can_be_logarithmic():
    assert plot_schedule(halving, 4, log=True).get_yscale() == "log"


def test_a_single_step_is_a_point():
    assert plot_schedule(halving, 1).lines[0].get_marker() == "o"


def test_no_steps_are_refused():
    with pytest.raises(
        ValueError, match="plot_schedule takes steps of at least 1, got 0; pass the number of optimizer"
    ):
        plot_schedule(halving, 0)
