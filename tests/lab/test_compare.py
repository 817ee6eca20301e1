"""How an array is said to differ from what was expected."""

from __future__ import annotations

import numpy as np
import pytest

from gradschool.lab.compare import Difference, close, difference, equal

RTOL = 1e-6
NO_CASE: dict[str, object] = {}
WANT = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])


def words(got, want, case=NO_CASE, rtol=RTOL):
    found = difference(np.asarray(got), np.asarray(want), rtol, case)
    return None if found is None else found.words


def values(got, want):
    found = difference(np.asarray(got), np.asarray(want), RTOL, NO_CASE)
    assert found is not None
    return found.values


# Shapes and dtypes


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (np.zeros((3, 2)), "it has shape (3, 2), not (2, 3): it is transposed"),
        (np.zeros(6), "it has shape (6,), not (2, 3): the same number of entries, arranged otherwise"),
        (np.zeros((1, 2, 3)), "it has shape (1, 2, 3), not (2, 3): the same number of entries, arranged otherwise"),
        (np.zeros((2, 4)), "it has shape (2, 4), not (2, 3)"),
        (np.float64(1), "it has shape (), not (2, 3)"),
    ],
)
def test_a_wrong_shape_is_named_with_the_right_one(got, said):
    assert difference(np.asarray(got), WANT, RTOL, NO_CASE) == Difference(said)


def test_a_column_for_a_row_is_transposed():
    assert words(np.zeros((3, 1)), np.zeros((1, 3))) == "it has shape (3, 1), not (1, 3): it is transposed"


@pytest.mark.parametrize(
    ("got", "want", "said"),
    [
        (np.array([1, 2]), np.array([1.0, 2.0]), "it holds integers (int64), not floats (float64)"),
        (np.array([1.0]), np.array([1]), "it holds floats (float64), not integers (int64)"),
        (np.array([True]), np.array([1.0]), "it holds booleans (bool), not floats (float64)"),
        (np.array([1 + 0j]), np.array([1.0]), "it holds complex numbers (complex128), not floats (float64)"),
        (np.array(["1"]), np.array([1.0]), "it holds text (<U1), not floats (float64)"),
        (np.array([1.0]), np.array(["a"]), "it holds floats (float64), not text (<U1)"),
    ],
)
def test_a_wrong_family_of_dtype_is_named(got, want, said):
    assert difference(got, want, RTOL, NO_CASE) == Difference(said)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_float64_that_became_narrower_is_named(dtype):
    said = f"it is {dtype}, and float64 went in: float64 should come out"
    assert words(WANT.astype(dtype), WANT) == said


def test_more_precision_than_expected_is_right():
    assert words(WANT, WANT.astype(np.float32)) is None


def test_the_byte_order_does_not_matter():
    assert words(WANT.astype(">f8"), WANT) is None


# NaN and infinity


def test_nans_are_counted_and_the_first_is_placed():
    got = WANT.copy()
    got[0, 2] = got[1, 1] = np.nan
    assert difference(got, WANT, RTOL, NO_CASE) == Difference("2 of 6 entries are NaN, the first at [0, 2]")


def test_infinities_are_counted_and_the_first_is_placed():
    got = WANT.copy()
    got[1, 0] = -np.inf
    assert words(got, WANT) == "1 of 6 entries are infinite, the first at [1, 0]"


def test_infinities_beside_nans_are_not_counted_as_nans():
    got = WANT.copy()
    got[0, 0], got[0, 1] = np.inf, np.nan
    assert words(got, WANT) == "1 of 6 entries are NaN, the first at [0, 1]"


@pytest.mark.parametrize(
    ("got", "said"), [(np.nan, "it is NaN"), (np.inf, "it is infinite"), (-np.inf, "it is infinite")]
)
def test_a_number_that_is_not_finite_is_named(got, said):
    assert difference(np.asarray(got), np.asarray(1.0), RTOL, NO_CASE) == Difference(said)


def test_nan_and_infinity_are_right_where_they_are_expected():
    odd = np.array([np.nan, np.inf, -np.inf, 1.0])
    assert words(odd.copy(), odd) is None


def test_a_number_where_nan_is_expected_is_wrong():
    got, want = np.array([1.0, 2.0]), np.array([1.0, np.nan])
    assert difference(got, want, RTOL, NO_CASE) == Difference(
        "1 of 2 entries differ; the worst is entry [1]", "2, and nan was expected"
    )


def test_infinity_of_the_other_sign_is_wrong():
    assert words([np.inf, 1.0], [-np.inf, 1.0]) == "1 of 2 entries differ; the worst is entry [0]"


# Numbers


def test_right_arrays_do_not_differ():
    assert words(WANT.copy(), WANT) is None
    assert words(np.zeros((0, 3)), np.zeros((0, 3))) is None


def test_wrong_entries_are_counted_and_the_worst_is_shown():
    got = WANT.copy()
    got[0, 1] += 0.1
    got[1, 2] -= 3.25
    assert difference(got, WANT, RTOL, NO_CASE) == Difference(
        "2 of 6 entries differ; the worst is entry [1, 2]", "3.75, and 7 was expected"
    )


def test_entries_that_all_differ_are_said_to():
    assert words([3.0, 1.0, 9.0], [1.0, 2.0, 3.0]) == "all 3 entries differ; the worst is entry [2]"


def test_integers_are_compared_exactly():
    assert words([1, 2, 4], [1, 2, 3]) == "1 of 3 entries differ; the worst is entry [2]"
    assert values([1, 2, 4], [1, 2, 3]) == "4, and 3 was expected"
    assert words([10**6 + 1], [10**6]) == "it is not the expected value"


def test_the_worst_of_huge_integers_is_one_that_is_wrong():
    assert words([1, 2**60 + 1], [1, 2**60]) == "1 of 2 entries differ; the worst is entry [1]"


def test_unsigned_integers_do_not_wrap():
    assert (
        words(np.array([0, 7], np.uint8), np.array([255, 9], np.uint8))
        == "all 2 entries differ; the worst is entry [0]"
    )


def test_complex_numbers_are_compared_by_their_distance():
    got, want = np.array([1 + 1j, 2 + 5j]), np.array([1 + 1j, 2 + 2j])
    assert words(got, want) == "1 of 2 entries differ; the worst is entry [1]"
    assert values(got, want) == "2+5j, and 2+2j was expected"
    assert words(want.copy(), want) is None


@pytest.mark.parametrize(("got", "want", "said"), [(True, False, "it is True, and False was expected")])
def test_a_wrong_boolean_is_shown(got, want, said):
    found = difference(np.asarray(got), np.asarray(want), RTOL, NO_CASE)
    assert found == Difference("it is not the expected value", said)


def test_a_text_where_an_array_should_be_is_called_one():
    found = difference(np.array("ValueError"), np.ones((2, 3)), RTOL, NO_CASE)
    assert (found.words, found.values) == ("it is a text, not an array of shape (2, 3)", "'ValueError'")


def test_wrong_text_is_shown():
    found = difference(np.asarray("left"), np.asarray("right"), RTOL, NO_CASE)
    assert found == Difference("it is not the expected value", "it is 'left', and 'right' was expected")


def test_long_text_is_cut():
    assert len(values("a" * 500, "b" * 500)) < 160


def test_several_booleans_are_counted():
    found = difference(np.array([True, True, False]), np.array([True, False, True]), RTOL, NO_CASE)
    assert found == Difference("2 of 3 entries differ")


# What ties the entries to the expected ones


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (-WANT, "the sign is the opposite everywhere"),
        (0 * WANT, "every entry is 0"),
        (WANT / 2, "every entry is 1/2 times what was expected"),
        (2 * WANT, "every entry is 2 times what was expected"),
        (-2 * WANT, "every entry is -2 times what was expected"),
        (-WANT / 2, "every entry is -1/2 times what was expected"),
        (1.7 * WANT, "every entry is 1.7 times what was expected"),
        (1.00001 * WANT, "every entry is 1.00001 times what was expected"),
        (WANT + 0.5, "every entry is off by the same amount"),
    ],
)
def test_what_ties_all_entries_is_said(got, said):
    worst = "[0, 0]" if "off by" in said else "[1, 2]"
    assert words(got, WANT) == f"all 6 entries differ; {said}; the worst is entry {worst}"


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (WANT / 32, "1/32 (here 32 = x.shape[0])"),
        (WANT * 32, "32 (here 32 = x.shape[0])"),
        (-WANT / 32, "-1/32 (here 32 = x.shape[0])"),
        (-WANT * 20, "-20 (here 20 = x.shape[1])"),
        (WANT / 10, "1/10 (here 10 = W.shape[1])"),
        (WANT / 7, "0.1429"),
    ],
)
def test_a_factor_is_named_with_the_axis_it_comes_from(got, said):
    case = {"x": np.zeros((32, 20)), "W": np.zeros((20, 10)), "n": 7}
    assert words(got, WANT, case) == f"all 6 entries differ; every entry is {said} times what was expected; " + (
        "the worst is entry [1, 2]"
    )


def test_an_axis_of_length_two_is_not_named():
    assert "times what was expected" in words(WANT / 2, WANT, {"x": np.zeros((2, 3))})
    assert "here" not in words(WANT / 2, WANT, {"x": np.zeros((2, 3))})


def test_an_argument_after_the_call_gives_no_axis():
    case = {"x after the call": np.zeros(32), "judge": {"X": np.zeros(32)}}
    assert "every entry is 0.03125 times" in words(WANT / 32, WANT, case)


def test_a_transposed_square_is_named():
    square = np.array([[1.0, 2.0], [3.0, 5.0]])
    assert words(square.T, square) == "2 of 4 entries differ; it is transposed; the worst is entry [0, 1]"


@pytest.mark.parametrize(
    ("got", "said", "shown"),
    [
        (-3.0, "; the sign is the opposite", "-3"),
        (0.0, "; it is 0", "0"),
        (1.5, "; it is 1/2 times what was expected", "1.5"),
        (6.0, "; it is 2 times what was expected", "6"),
        (12.0, "; it is 4 times what was expected", "12"),
        (3 / 20, "; it is 1/20 (here 20 = x.shape[0]) times what was expected", "0.15"),
        (4.1, "", "4.1"),
    ],
)
@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_a_single_number_is_told_without_an_index(got, said, shown, shape):
    found = difference(np.full(shape, got), np.full(shape, 3.0), RTOL, {"x": np.zeros((20, 2))})
    assert found == Difference("it is not the expected value" + said, f"it is {shown}, and 3 was expected")


def test_a_factor_needs_a_value_that_is_not_zero():
    assert words([1.0, 2.0], [0.0, 0.0]) == "all 2 entries differ; the worst is entry [1]"


def test_integers_have_no_factor():
    assert words([2, 4], [1, 2]) == "all 2 entries differ; the worst is entry [1]"


# Tolerance


@pytest.mark.parametrize("rtol", [1e-3, 1e-6, 1e-9])
def test_the_relative_tolerance_is_of_each_entry(rtol):
    want = np.array([1.0, 10.0])
    assert close(want * (1 + 0.9 * rtol), want, rtol).tolist() == [True, True]
    assert close(want * (1 + 20 * rtol), want, rtol).tolist() == [False, False]
    assert close(want + np.array([0, 50 * rtol]), want, rtol).tolist() == [True, False]


def test_the_floor_is_a_billionth_of_the_largest_entry():
    want = np.array([0.0, 1000.0])
    assert close(np.array([0.9e-6, 1000.0]), want, 1e-12).tolist() == [True, True]
    assert close(np.array([1.1e-6, 1000.0]), want, 1e-12).tolist() == [False, True]


def test_infinity_does_not_raise_the_floor():
    assert close(np.array([0.1, np.inf]), np.array([0.0, np.inf]), RTOL).tolist() == [False, True]


def test_zeros_leave_room_for_rounding():
    assert close(np.array([9e-15]), np.array([0.0]), RTOL).all()
    assert not close(np.array([2e-14]), np.array([0.0]), RTOL).any()


def test_equal_asks_for_shape_family_and_values():
    assert equal(WANT.copy(), WANT, RTOL)
    assert equal(WANT.astype(np.float32), WANT, RTOL)
    assert not equal(WANT.ravel(), WANT, RTOL)
    assert not equal(WANT.astype(int), WANT, RTOL)
    assert not equal(WANT + 1, WANT, RTOL)
    assert equal(None, None, RTOL)
    assert not equal(None, WANT, RTOL)
    assert not equal(WANT, None, RTOL)


# No pair of arrays makes NumPy warn: warnings are errors here

ODD = [0.0, -0.0, 1.0, -3.5, 1e308, -1e308, 1e-308, 5e-324, np.inf, -np.inf, np.nan]


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "c8", "c16", "i8", "u1", "?"])
def test_no_comparison_warns(dtype):
    rng = np.random.default_rng(7)
    with np.errstate(all="ignore"):
        pool = np.array([0, 1, 2, 200] if dtype in ("i8", "u1", "?") else ODD).astype(dtype)
    case = {"x": np.zeros((3, 4))}
    for shape in [(), (1,), (2,), (2, 2), (2, 3)] * 60:
        got, want = rng.choice(pool, shape), rng.choice(pool, shape)
        found = difference(np.asarray(got), np.asarray(want), RTOL, case)
        assert (found is None) == equal(np.asarray(got), np.asarray(want), RTOL)


def test_a_factor_beyond_the_numbers_does_not_warn():
    assert words([1e300, 1e300], [1e-300, 1e-300]) is not None
    assert words([1e308, -1e308], [-1e308, 1e308]) == (
        "all 2 entries differ; the sign is the opposite everywhere; the worst is entry [0]"
    )
