"""The table of mistakes against checks."""

from __future__ import annotations

from gradschool.grader.matrix import matrix, readme


def test_each_mistake_has_a_row_and_is_named_rightly(tiny):
    rows = matrix(tiny.course(), tiny.lesson())
    assert [(row["check"], row["mistake"]) for row in rows] == [
        ("double_values", "x is squared, not doubled"),
        ("double_values", "x comes back as it went in"),
        ("double_outcome", "x is tripled"),
        ("scale_forward", "the factor is added"),
        ("scale_backward", "dX is divided by a"),
        ("colour", "the evening is taken for the day"),
    ]
    assert all(row["right"] and row["named"] == row["mistake"] for row in rows)
    assert [row["state"] for row in rows] == ["wrong", "wrong", "wrong", "wrong", "partly", "wrong"]
    assert [(row["points"], row["max_points"]) for row in rows] == [(0, 2), (0, 2), (0, 1), (0, 2), (1.5, 3), (0, 1)]
    assert {row["lesson"] for row in rows} == {"01_tiny"}


def test_a_mistake_that_is_right_is_not_named_rightly(tiny):
    tiny.change(tiny.checks, "return x * x", "return x + x")
    rows = matrix(tiny.course(), tiny.lesson())
    assert [row["right"] for row in rows] == [False, True, True, True, True, True]
    assert (rows[0]["state"], rows[0]["named"]) == ("right", None)


def test_two_mistakes_that_give_the_same_are_not_both_named_rightly(tiny):
    tiny.change(tiny.checks, "return x * x", "return +x")
    rows = matrix(tiny.course(), tiny.lesson())
    assert [row["right"] for row in rows[:2]] == [True, False]
    assert rows[1]["named"] == "x is squared, not doubled"


def test_the_page_lists_lessons_checks_and_mistakes(tiny):
    tiny.change(tiny.checks, "dX is divided by a", "dX | a is wrong")
    page = readme(tiny.course())
    assert (
        "| [01_tiny](01_tiny/01_tiny.md) A tiny lesson | `double`, `Scale` | 3 | 5 | 9 | 6 | 10 | nothing "
        "| [line](../figures/line.png) |" in page
    )
    assert (
        "| `double_values` | `double` | value | 2 | x is squared, not doubled<br>x comes back as it went in |" in page
    )
    assert "| `colour` | `colour` | question | 1 | the evening is taken for the day |" in page
    assert "dX \\| a is wrong" in page
    assert page.endswith("|\n")
