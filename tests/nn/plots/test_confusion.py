import numpy as np
import pytest
from matplotlib.colors import to_rgb

from gradschool.nn.plots import plot_confusion_matrix

COUNTS = [[8, 2, 0], [1, 3, 0], [0, 0, 5]]


def numbers(ax):
    return {(round(t.get_position()[1]), round(t.get_position()[0])): t.get_text() for t in ax.texts}


def test_rows_are_true_classes_and_the_counts_stand_in_the_cells():
    ax = plot_confusion_matrix(COUNTS)
    assert numbers(ax) == {(0, 0): "8", (0, 1): "2", (1, 0): "1", (1, 1): "3", (2, 2): "5"}
    np.testing.assert_allclose(ax.images[0].get_array(), [[0.8, 0.2, 0], [0.25, 0.75, 0], [0, 0, 1]])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "true class")


def test_predictions_are_counted():
    ax = plot_confusion_matrix([0, 1, 1, 1], np.array([0, 0, 1, 1]))
    assert numbers(ax) == {(0, 0): "1", (0, 1): "1", (1, 1): "2"}


def test_of_scores_the_largest_wins_and_every_class_has_its_place():
    ax = plot_confusion_matrix(np.array([[0.1, 0.9, -3], [2, 1, 1.5]]), [1, 0])
    assert numbers(ax) == {(1, 1): "1", (0, 0): "1"}
    assert ax.images[0].get_array().shape == (3, 3)


def test_labels_name_both_axes_and_make_room_for_classes_that_do_not_occur():
    ax = plot_confusion_matrix([0], [0], labels=["cat", "dog", "horse"])
    for labels in (ax.get_xticklabels(), ax.get_yticklabels()):
        assert [label.get_text() for label in labels] == ["cat", "dog", "horse"]


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return np.dot(linear, [0.2126, 0.7152, 0.0722])


def test_numbers_can_be_read_on_every_ground():
    """By the contrast ratio of WCAG 2.1, which wants 4.5 for text; on any ground black or white has that."""
    shares = np.linspace(0.01, 0.99, 15)
    counts = np.diag(shares)
    counts[:, 0] += 1 - shares
    ax = plot_confusion_matrix(counts)
    for text in ax.texts:
        column, row = text.get_position()
        ground = luminance(ax.images[0].to_rgba(counts)[row, column, :3])
        high, low = sorted([ground, luminance(text.get_color())], reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5
    assert {text.get_color() for text in ax.texts} == {"black", "white"}


def test_many_classes_have_no_numbers_and_fewer_ticks():
    ax = plot_confusion_matrix(np.eye(100, dtype=int))
    assert not ax.texts
    assert len(ax.get_xticks()) <= 30
    assert ax.get_xticklabels()[1].get_text() == str(int(ax.get_xticks()[1]))


def test_a_class_that_never_occurs_is_no_division_by_zero():
    np.testing.assert_array_equal(plot_confusion_matrix([[0, 0], [1, 1]]).images[0].get_array(), [[0, 0], [0.5, 0.5]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ([0, 1],),
            r"counts of shape \(C, C\), got \(2,\); for predictions, pass the true classes as well: plot_confusion_m",
        ),
        ((np.ones((2, 3)),), r"counts of shape \(C, C\), got \(2, 3\)"),
        (([0, 1], [0]), r"scores of shape \(…, C\) for C > 1 classes, got \(2,\)"),
        (([0, -1], [0, 1]), "classes from 0 to 1, got -1 to 0"),
    ],
)
def test_what_is_neither_counts_nor_predictions_is_refused(arguments, message):
    with pytest.raises(ValueError, match=f"confusion_matrix takes {message}"):
        plot_confusion_matrix(*arguments)


def test_a_threshold_on_one_output_makes_two_classes():
    ax = plot_confusion_matrix(np.array([-1.0, 2.0, 3.0]) > 0, np.array([False, False, True]))
    assert numbers(ax) == {(0, 0): "1", (0, 1): "1", (1, 1): "1"}


def test_labels_must_be_as_many_as_classes():
    with pytest.raises(ValueError, match="takes a label for each of 3 classes, got 2"):
        plot_confusion_matrix(COUNTS, labels=["cat", "dog"])
