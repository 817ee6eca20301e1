"""The names that a probe sees."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from gradschool.lab.names import Names, NotAttempted, NotDefined

LIBRARY = SimpleNamespace(Dense="the library's Dense", relu="the library's relu", tool="the library's tool")


def names(**own):
    return Names(own, {"Dense", "question"}, LIBRARY)


def test_an_exercise_is_the_students():
    assert names(Dense="mine").Dense == "mine"


def test_an_exercise_is_never_filled_in_by_the_library():
    with pytest.raises(NotDefined) as raised:
        _ = names().Dense
    assert str(raised.value) == "`Dense` is not defined: run the cell that defines it, and look there for an error"
    assert not hasattr(names(), "Dense")


def test_what_is_no_exercise_comes_from_the_library():
    assert names(relu="mine").relu == "the library's relu"


def test_what_is_nowhere_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nowhere"):
        _ = names(nowhere=1).nowhere


def test_the_notebook_is_looked_up_as_it_is_at_the_time():
    own = {}
    under_test = Names(own, {"Dense"}, LIBRARY)
    own["Dense"] = 1
    assert under_test.Dense == 1
    own["Dense"] = 2
    assert under_test.Dense == 2


def test_the_tools_can_not_be_replaced_by_the_notebook():
    under_test = Names({"rng": None, "finite_difference": None, "answer": None}, {"rng"}, LIBRARY)
    assert isinstance(under_test.rng(), np.random.Generator)
    assert callable(under_test.finite_difference)
    assert callable(under_test.answer)


def test_the_generator_has_a_fixed_seed():
    assert names().rng().random() == names().rng(0).random() == np.random.default_rng(0).random()
    assert names().rng(5).random() == np.random.default_rng(5).random()


# Answers to questions


@pytest.mark.parametrize("value", [None, ...])
def test_a_question_without_an_answer_is_not_attempted(value):
    with pytest.raises(NotAttempted, match=r"^question$"):
        names(question=value).answer("question")


def test_a_question_that_is_not_defined_says_so():
    with pytest.raises(NotDefined, match=r"^`question` is not defined: run the cell"):
        names().answer("question")


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        (3, 3.0),
        (2.5, 2.5),
        (np.float32(0.5), 0.5),
        ((2, 3), [2.0, 3.0]),
        ([2, 3], [2.0, 3.0]),
        (np.array([[1, 2]], np.uint8), [[1.0, 2.0]]),
        (0, 0.0),
        ([6], 6.0),
        (np.array([[0.5]]), 0.5),
    ],
)
def test_numbers_become_float64(given, answer):
    got = names(question=given).answer("question")
    assert got.dtype == np.float64
    assert got.tolist() == answer


@pytest.mark.parametrize("given", ["Momentum", " momentum\n", "MOMENTUM"])
def test_text_loses_its_case_and_the_space_around_it(given):
    assert names(question=given).answer("question") == "momentum"


@pytest.mark.parametrize("given", [True, False, {"a": 1}, [1, [2, 3]], ["A", "b"]])
def test_other_answers_are_left_as_they_are(given):
    assert names(question=given).answer("question") is given


# Finite differences


def test_the_gradient_of_a_product_is_the_one_worked_by_hand():
    # f(x) = [x0·x1, x0 + 2·x1²]; with dy = [1, 10]: d/dx0 = x1 + 10 = 13, d/dx1 = x0 + 40·x1 = 122.
    def f(x):
        return np.array([x[0] * x[1], x[0] + 2 * x[1] ** 2])

    got = Names.finite_difference(f, np.array([2.0, 3.0]), np.array([1.0, 10.0]))
    np.testing.assert_allclose(got, [13.0, 122.0], rtol=1e-8)


def test_the_gradient_of_a_matrix_product_is_the_one_worked_by_hand():
    # Y = X W, so dX = dY Wᵀ: [[1, 0], [2, 1]] times [[1, 3], [2, 5]] is [[1, 3], [4, 11]].
    W = np.array([[1.0, 2.0], [3.0, 5.0]])
    got = Names.finite_difference(lambda x: x @ W, np.ones((2, 2)), np.array([[1.0, 0.0], [2.0, 1.0]]))
    np.testing.assert_allclose(got, [[1.0, 3.0], [4.0, 11.0]], rtol=1e-8)


def test_integers_are_moved_by_less_than_one():
    np.testing.assert_allclose(Names.finite_difference(lambda x: (x**2).sum(), np.array([1, 2, 3]), 1), [2, 4, 6])


def test_a_scalar_is_an_argument_too():
    got = Names.finite_difference(lambda x: x**3, np.float64(2.0), 1.0)
    assert got.shape == ()
    assert got == pytest.approx(12.0)


def test_the_argument_stays_as_it_was():
    x = np.array([1.0, 2.0])

    def spoils(moved):
        y = (moved**2).sum()
        moved[:] = 0
        return y

    np.testing.assert_allclose(Names.finite_difference(spoils, x, 1.0), [2.0, 4.0])
    assert x.tolist() == [1.0, 2.0]


def test_two_hundred_entries_are_all_computed():
    got = Names.finite_difference(lambda x: (x * x).sum(), np.ones((20, 10)), 1.0)
    np.testing.assert_allclose(got, 2.0)


def test_beyond_two_hundred_entries_thirty_are_drawn_and_always_the_same():
    calls = []

    def f(x):
        calls.append(1)
        return (x * x).sum()

    got = Names.finite_difference(f, np.ones((3, 67)), 1.0)
    known = ~np.isnan(got)
    assert got.shape == (3, 67)
    assert known.sum() == 30
    assert len(calls) == 60
    np.testing.assert_allclose(got[known], 2.0)
    again = Names.finite_difference(f, np.ones((3, 67)), 1.0)
    np.testing.assert_array_equal(~np.isnan(again), known)


@pytest.mark.parametrize(
    "returned", [np.ones(3), np.ones((2, 1)), 1.0, None, "text", np.ones(2, complex), [True, False]]
)
def test_a_function_that_returns_something_else_gives_nan(returned):
    got = Names.finite_difference(lambda x: returned, np.ones((4, 5)), np.ones(2))
    assert got.shape == (4, 5)
    assert np.isnan(got).all()


def test_what_the_function_raises_passes_through():
    def f(x):
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        Names.finite_difference(f, np.ones(2), 1.0)
