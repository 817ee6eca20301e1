"""Reading a lesson: what its cells become, and every refusal."""

from __future__ import annotations

import ast

import pytest

from gradschool.grader.errors import LessonError
from gradschool.grader.lesson import definition, find_bodies, read_lesson, replace_bodies


def refusal(tiny):
    with pytest.raises(LessonError) as raised:
        tiny.lesson()
    return str(raised.value).removeprefix(f"{tiny.text}: ")


def by_id(lesson, cell_id):
    return next(cell for cell in lesson.cells if cell.id == cell_id)


class TestCells:
    def test_the_front_matter_says_what_the_lesson_is(self, lesson):
        assert (lesson.name, lesson.title, lesson.minutes, lesson.points) == ("01_tiny", "A tiny lesson", 10, 9)
        assert (lesson.rests_on, lesson.gives) == ((), ("gradschool.nn.types",))
        assert lesson.builds == ("gradschool.nn.tiny",)
        assert lesson.exercises == ("double", "Scale", "colour")
        assert [s.name for s in lesson.styles] == ["loops"]

    def test_every_cell_has_a_kind_and_an_id_of_its_own(self, lesson):
        assert [cell.kind for cell in lesson.cells] == [
            *("text", "setup", "text", "exercise", "check", "check", "text", "exercise", "check", "check"),
            *("question", "check", "demo"),
        ]
        ids = [cell.id for cell in lesson.cells]
        assert len(set(ids)) == len(ids)
        assert ids[1] == "setup-1"
        assert "check-colour" in ids

    def test_a_check_cell_is_one_line_worth_its_points(self, lesson):
        cell = by_id(lesson, "check-double_values")
        assert cell.student == cell.solved == cell.instructor == 'check("double_values")'
        assert cell.points == 2

    def test_a_blanked_function_keeps_signature_and_docstring(self, lesson):
        cell = by_id(lesson, "exercise-double")
        assert cell.student == (
            'def double(x):\n    """Return twice x."""\n    # YOUR CODE HERE\n    raise NotImplementedError()'
        )
        assert cell.instructor == (
            "def double(x):\n"
            '    """Return twice x."""\n'
            "    ### BEGIN SOLUTION\n"
            "    # A comment above the first statement belongs to the solution.\n"
            "    doubled = x + x\n"
            "    return doubled\n"
            "    ### END SOLUTION"
        )
        assert "doubled = x + x" in cell.solved
        assert cell.lines == {"doubled = x + x", "return doubled"}

    def test_of_a_class_only_the_named_bodies_are_blanked(self, lesson):
        cell = by_id(lesson, "exercise-Scale")
        scale = ast.parse(cell.student).body[0]
        solved = ast.parse(cell.solved).body[0]
        assert ast.get_docstring(scale) == "Y = a X."
        for blanked, full in zip(scale.body[1:], solved.body[1:], strict=True):
            assert ast.unparse(blanked.args) == ast.unparse(full.args)
            assert ast.get_docstring(blanked) == ast.get_docstring(full)
        bodies = {method.name: ast.unparse(method.body[-1]) for method in scale.body[1:]}
        assert bodies == {
            "__init__": "self.factor = factor",
            "forward": "raise NotImplementedError()",
            "backward": "raise NotImplementedError()",
        }

    def test_an_omitted_method_stands_in_no_form_of_the_notebook(self, tiny, lesson):
        tiny.change(tiny.text, ":blank: [forward, backward]", ":blank: [forward]\n:omit: [backward]")
        cell, whole = by_id(tiny.lesson(), "exercise-Scale"), by_id(lesson, "exercise-Scale")
        for form in ("student", "solved", "instructor"):
            assert "backward" not in getattr(cell, form)
        assert cell.solved == whole.solved[: whole.solved.index("    def backward")].rstrip()

    def test_a_question_is_shown_open_and_solved_with_its_answer(self, lesson):
        cell = by_id(lesson, "question-colour")
        assert cell.student == '# Is the sky "red" or "blue"?\ncolour = None'
        assert cell.solved == '# Is the sky "red" or "blue"?\ncolour = \'blue\''

    def test_a_question_cell_that_does_not_end_with_its_name_gets_it(self, tiny):
        tiny.change(tiny.text, '\n# Is the sky "red" or "blue"?\ncolour = None\n', "")
        assert by_id(tiny.lesson(), "question-colour").student == "colour = None"

    def test_inserted_text_leaves_every_other_id_as_it_was(self, tiny, lesson):
        before = {cell.id for cell in lesson.cells}
        tiny.change(tiny.text, "## Doubling", "A paragraph of its own.\n\n+++\n\n## Doubling")
        after = {cell.id for cell in tiny.lesson().cells}
        assert before < after
        assert len(after - before) == 1

    def test_an_edited_text_cell_changes_its_own_id_only(self, tiny, lesson):
        before = {cell.id for cell in lesson.cells}
        tiny.change(tiny.text, "Now a class.", "Now write a class.")
        after = {cell.id for cell in tiny.lesson().cells}
        assert len(before - after) == len(after - before) == 1

    def test_two_cells_of_the_same_source_have_two_ids(self, tiny):
        tiny.change(tiny.text, "## Doubling", "+++\n\nSame.\n\n+++\n\nSame.\n\n+++\n\n## Doubling")
        same = [cell.id for cell in tiny.lesson().cells if cell.student == "Same."]
        assert len(same) == 2
        assert same[1] == f"{same[0]}-2"

    def test_a_text_cell_knows_its_figures(self, lesson):
        assert [cell.figures for cell in lesson.of_kind("text")] == [("line",), (), ()]

    def test_a_lesson_without_styles_has_none(self, tiny):
        tiny.styles.unlink()
        assert tiny.lesson().styles == ()


class TestBodies:
    SOURCE = "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n\n        # why\n        return 2\n"

    def test_several_bodies_are_replaced_from_the_last_to_the_first(self):
        bodies = find_bodies(self.SOURCE, ["f", "g"])
        replaced = replace_bodies(self.SOURCE, bodies, lambda body: ("a", "b", "c"))
        assert replaced.splitlines()[2:5] == ["        a", "        b", "        c"]
        assert replaced.splitlines()[-3:] == ["        a", "        b", "        c"]

    def test_only_the_named_methods_are_found(self):
        assert [body.name for body in find_bodies(self.SOURCE, ["g"])] == ["g"]
        assert find_bodies(self.SOURCE, ["h"]) == []

    def test_a_function_is_found_without_being_named(self):
        (body,) = find_bodies("def f(x):\n    y = x\n    return y", [])
        assert (body.name, body.lines, body.statements) == ("f", ("y = x", "return y"), ("y = x", "return y"))

    def test_statements_inside_of_others_count(self):
        (body,) = find_bodies("def f(x):\n    for i in x:\n        if i:\n            total += i * 2\n", [])
        assert body.statements == ("total += i * 2",)

    def test_a_definition_comes_with_its_decorators(self, tmp_path):
        file = tmp_path / "m.py"
        file.write_text("import functools\n\n\n@functools.cache\ndef f():\n    return 1\n\n\nx = 2\n")
        assert definition(file, "f") == "@functools.cache\ndef f():\n    return 1"
        assert definition(file, "x") is None


class TestRefusals:
    def test_no_text(self, tiny):
        tiny.text.unlink()
        with pytest.raises(LessonError) as raised:
            read_lesson(tiny.folder, tiny.module.parent)
        assert str(raised.value) == f"{tiny.folder} holds no 01_tiny.md"

    def test_no_front_matter(self, tiny):
        tiny.change(tiny.text, "  minutes: 10\n", "")
        assert refusal(tiny) == "the front matter needs `gradschool:` with title, minutes and points"

    def test_no_checks(self, tiny):
        tiny.checks.unlink()
        assert refusal(tiny) == f"{tiny.checks} does not exist"

    def test_an_exercise_of_a_module_that_does_not_exist(self, tiny):
        tiny.change(tiny.text, "gradschool.nn.tiny.double", "gradschool.nn.missing.double")
        assert refusal(tiny) == "the exercise gradschool.nn.missing.double names no module of the library"

    def test_an_exercise_outside_of_the_library(self, tiny):
        tiny.change(tiny.text, "gradschool.nn.tiny.double", "gradschool.lab.card.Card")
        assert refusal(tiny) == "the exercise gradschool.lab.card.Card names no module of the library"

    def test_an_exercise_that_its_module_does_not_define(self, tiny):
        tiny.change(tiny.text, "gradschool.nn.tiny.double", "gradschool.nn.tiny.triple")
        assert refusal(tiny) == "the exercise gradschool.nn.tiny.triple names nothing that tiny.py defines"

    def test_a_method_to_blank_that_does_not_exist(self, tiny):
        tiny.change(tiny.text, ":blank: [forward, backward]", ":blank: [forward, sideways]")
        assert refusal(tiny) == "gradschool.nn.tiny.Scale has no sideways to blank"

    def test_a_method_to_omit_that_does_not_exist(self, tiny):
        tiny.change(tiny.text, ":blank: [forward, backward]", ":blank: [forward, backward]\n:omit: sideways")
        assert refusal(tiny) == "gradschool.nn.tiny.Scale has no sideways to omit"

    def test_a_class_with_nothing_to_blank(self, tiny):
        tiny.change(tiny.text, ":blank: [forward, backward]\n", "")
        assert refusal(tiny) == "gradschool.nn.tiny.Scale is a class: say with :blank: which of its methods to blank"

    def test_a_function_without_a_body(self, tiny):
        tiny.change(tiny.text, "gradschool.nn.tiny.double", "gradschool.nn.tiny.empty")
        with pytest.raises(LessonError, match=r"^empty has a docstring and no body to blank$"):
            tiny.lesson()

    def test_a_check_that_does_not_exist(self, tiny):
        tiny.change(tiny.text, ":check: double_values", ":check: triple_values")
        assert refusal(tiny) == (
            "checks.py has no check 'triple_values'; it has double_values, double_outcome, scale_forward, "
            "scale_backward, colour"
        )

    def test_a_question_that_does_not_exist(self, tiny):
        tiny.change(tiny.text, ":question: colour", ":question: smell")
        assert refusal(tiny).startswith("checks.py has no check 'smell'; it has double_values")

    def test_a_question_that_is_an_ordinary_check(self, tiny):
        tiny.change(tiny.text, ":question: colour", ":question: double_values")
        assert refusal(tiny) == "the question double_values is a check with a probe; make it with question()"

    def test_a_check_that_is_not_used(self, tiny):
        tiny.change(tiny.text, "```{code-cell}\n:check: scale_forward\n```\n", "")
        assert refusal(tiny) == "the check 'scale_forward' of checks.py is not used"

    def test_a_check_that_is_used_twice(self, tiny):
        cell = "```{code-cell}\n:check: scale_forward\n```\n"
        tiny.change(tiny.text, cell, f"{cell}\n{cell}")
        assert refusal(tiny) == "the check 'scale_forward' is used twice"

    def test_an_exercise_that_is_used_twice(self, tiny):
        cell = "```{code-cell}\n:exercise: gradschool.nn.tiny.double\n```\n"
        tiny.change(tiny.text, cell, f"{cell}\n{cell}")
        assert refusal(tiny) == "the exercise 'double' is used twice"

    def test_a_check_of_what_is_no_exercise(self, tiny):
        tiny.change(tiny.checks, 'of="double", points=2', 'of="halve", points=2')
        assert refusal(tiny) == "the check 'double_values' is of 'halve', which is no exercise of the lesson"

    def test_a_need_that_is_no_check(self, tiny):
        tiny.change(tiny.checks, 'needs=["scale_forward"]', 'needs=["scale_sideways"]')
        assert refusal(tiny) == "the check 'scale_backward' needs 'scale_sideways', which is no check of the lesson"

    def test_a_check_that_is_bound_to_another_name(self, tiny):
        tiny.checks.write_text(tiny.checks.read_text() + "\nother = colour\n")
        with pytest.raises(LessonError, match=r"^01_tiny/checks.py: the check 'colour' is bound to the name 'other'$"):
            tiny.lesson()

    def test_points_that_do_not_add_up(self, tiny):
        tiny.change(tiny.text, "points: 9", "points: 9.5")
        assert refusal(tiny) == "the checks are worth 9 points, and the front matter says 9.5"

    def test_points_that_are_a_sum_of_decimals_add_up(self, tiny):
        tiny.change(tiny.checks, 'of="double", points=2', 'of="double", points=0.1')
        tiny.change(tiny.checks, 'of="double", points=1', 'of="double", points=0.2')
        tiny.change(tiny.text, "points: 9", "points: 6.3")
        assert tiny.lesson().points == 6.3

    def test_an_earlier_lesson_that_does_not_exist(self, tiny):
        tiny.change(tiny.text, "rests_on: []", "rests_on: [00_numbers]")
        assert refusal(tiny) == "it rests on 00_numbers, and there is no such lesson"

    def test_a_figure_that_does_not_exist(self, tiny):
        tiny.change(tiny.text, "figures/line.png", "figures/curve.png")
        assert refusal(tiny) == "there is no figures/curve.png; `make figures` draws it from curve.py"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('check = lab.open_lesson("01_tiny")', "check = lab"),
            ('check = lab.open_lesson("01_tiny")', 'check = lab.open_lesson("02_tiny")'),
            ('check = lab.open_lesson("01_tiny")', '    check = lab.open_lesson("01_tiny")'),
            (":setup: true\n", ""),
        ],
    )
    def test_a_first_setup_cell_that_does_not_open_the_lesson(self, tiny, old, new):
        if new.startswith("    "):
            old, new = f"\n{old}", f"if nn:\n{new}"
        tiny.change(tiny.text, old, new)
        assert refusal(tiny) == 'the first setup cell has no line check = lab.open_lesson("01_tiny")'

    def test_an_unknown_option_of_a_cell(self, tiny):
        tiny.change(tiny.text, ":check: scale_forward", ":chek: scale_forward")
        assert refusal(tiny) == (
            "a cell has the unknown option 'chek'; "
            "there are ['blank', 'check', 'exercise', 'omit', 'question', 'setup']"
        )

    @pytest.mark.parametrize(
        "shown", ["doubled = x + x", "Write `doubled = x + x` and you are done.", "Write `doubled  =  (x+x)`, say."]
    )
    def test_a_line_of_a_solution_in_the_text(self, tiny, shown):
        tiny.change(tiny.text, "Now a class.", shown)
        assert refusal(tiny).endswith("shows a line of the solution of double: doubled = x + x")
        assert refusal(tiny).startswith("the cell text-")

    @pytest.mark.parametrize(
        "shown", ["doubled = x + x", "for _ in range(3):\n    doubled = x + x", "!ls\ndoubled=x+x"]
    )
    def test_a_line_of_a_solution_in_a_demonstration(self, tiny, shown):
        tiny.change(tiny.text, 'if lab.done("double_values"):', f'x = 1\n{shown}\nif lab.done("double_values"):')
        assert refusal(tiny).startswith("the cell demo-")
        assert refusal(tiny).endswith("shows a line of the solution of double: doubled = x + x")

    def test_a_line_of_a_solution_in_a_setup_cell(self, tiny):
        tiny.change(tiny.text, "check = lab", "x = 1\ndoubled = x + x\ncheck = lab")
        assert refusal(tiny) == "the cell setup-1 shows a line of the solution of double: doubled = x + x"

    def test_a_line_of_a_solution_in_a_code_block_of_the_text(self, tiny):
        tiny.change(tiny.text, "Now a class.", "```python\nfor i in range(2):\n    doubled = x + x\n```")
        assert refusal(tiny).endswith("shows a line of the solution of double: doubled = x + x")

    def test_a_line_of_a_solution_in_what_is_left_of_an_exercise(self, tiny):
        tiny.change(tiny.text, ":blank: [forward, backward]", ":blank: [backward]")
        tiny.change(tiny.module, "self.slope = float", "return self.factor * x\n        self.slope = float")
        assert refusal(tiny) == (
            "the cell exercise-Scale shows a line of the solution of Scale: return self.factor * x"
        )

    def test_short_lines_may_be_shown(self, tiny):
        tiny.change(tiny.module, "doubled = x + x\n    return doubled", "y = x + x\n    return y")
        tiny.change(tiny.text, "Now a class.", "`y = x + x` is fine.")
        assert by_id(tiny.lesson(), "exercise-double").lines == {"y = x + x", "return y"}
