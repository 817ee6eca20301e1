"""A student's bodies in a module of the library, with what they bring along."""

from __future__ import annotations

import pytest

from gradschool.grader.splice import Part, Scope, SpliceError, splice

MODULE = '''"""Activations."""

from __future__ import annotations

import numpy as np

from gradschool.nn.layers.layer import Layer


def soft(x: Array, *, beta: float = 1.0) -> Array:
    """Return the value."""
    return np.log1p(np.exp(beta * x)) / beta


class Tanh(Layer):
    """A curve."""

    def __init__(self, scale: float = 1.0) -> None:
        """Make it."""
        self.scale = scale

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output."""
        self._y = np.tanh(x)
        return self._y

    def accumulate(self, dy: Array) -> None:
        """Do nothing."""


def last() -> int:
    """Return 3."""
    return 3
'''
SOFT = Part(
    "soft",
    "gradschool.nn.soft",
    'def soft(x: Array, *, beta: float = 1.0) -> Array:\n    """Return the value."""\n    # YOUR CODE HERE\n'
    "    raise NotImplementedError()",
)
TANH = Part(
    "Tanh",
    "gradschool.nn.soft",
    '''class Tanh(Layer):
    """A curve."""

    def __init__(self, scale: float = 1.0) -> None:
        """Make it."""
        self.scale = scale

    def forward(self, x: Array, *, train: bool = False) -> Array:
        """Return the output."""
        # YOUR CODE HERE
        raise NotImplementedError()''',
)


def put(part, *cells, homes=None):
    return splice(MODULE, part, Scope.of(cells), {part.name: part.module, **(homes or {})})


def test_the_body_is_the_students_and_all_else_the_librarys():
    mine = "    # YOUR CODE HERE\n    # a thought\n    z = beta * x\n    return z\n"
    assert put(SOFT, f'def soft(x, *, beta=1.0):\n    """Mine."""\n{mine}') == MODULE.replace(
        "    return np.log1p(np.exp(beta * x)) / beta\n", "    # a thought\n    z = beta * x\n    return z\n"
    )


def test_of_several_definitions_the_last_counts():
    made = put(SOFT, "def soft(x, *, beta=1.0):\n    return 1\n", "def soft(x, *, beta=1.0):\n    return 2\n")
    assert "    return 2\n" in made
    assert "    return 1\n" not in made


def test_methods_that_were_changed_or_added_are_put_in_and_what_was_left_out_stays():
    cell = TANH.stub.replace(
        "        # YOUR CODE HERE\n        raise NotImplementedError()",
        "        return self.curve(x)\n\n    def curve(self, x):\n        # mine\n        return np.tanh(x)",
    )
    made = put(TANH, cell)
    assert "    def forward(self, x: Array, *, train: bool = False) -> Array:\n" in made
    assert '        """Return the output."""\n        return self.curve(x)\n' in made
    assert "\n    def accumulate(self, dy: Array) -> None:\n" in made
    assert "\n\n    def curve(self, x):\n        # mine\n        return np.tanh(x)\n\n\ndef last" in made
    assert '        """Make it."""\n        self.scale = scale\n' in made


def test_imports_helpers_and_other_exercises_come_along_once():
    made = put(
        SOFT,
        "import math\nfrom functools import partial, reduce\n",
        "LIMIT = 30\n\n\ndef small(x):\n    return math.floor(min(x, LIMIT))\n",
        "def soft(x, *, beta=1.0):\n    return reduce(max, [small(x), small(x), stable(x)])\n",
        homes={"stable": "gradschool.nn.stable"},
    )
    assert made.count("import math\n") == 1
    assert made.count("from functools import reduce\n") == 1
    assert "partial" not in made
    assert "from gradschool.nn.stable import stable\n" in made
    assert made.index("LIMIT = 30") < made.index("def small(x)") < made.index("def soft(")
    compile(made, "made", "exec")


def test_what_the_module_has_is_not_imported_again():
    made = put(SOFT, "import numpy as np\n", "def soft(x, *, beta=1.0):\n    return np.exp(x)\n")
    assert made.count("import numpy as np") == 1


def test_a_part_calls_the_students_own_where_the_librarys_calls_another():
    module = MODULE.replace(
        "import numpy as np\n", "import numpy as np\n\nfrom gradschool.nn.fast import other, stable\n"
    )
    scope = Scope.of(["def soft(x, *, beta=1.0):\n    return stable(x)\n"])
    homes = {"soft": SOFT.module, "stable": "gradschool.nn.stable"}
    assert splice(module, SOFT, scope, homes) == module.replace("np.log1p(np.exp(beta * x)) / beta", "stable(x)")
    made = splice(module, SOFT, scope, homes, {"stable"})
    assert "from gradschool.nn.fast import other\nfrom gradschool.nn.stable import stable\n" in made


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("x = 1", "no cell defines it as a function or a class"),
        ("soft = lambda x, *, beta=1.0: x", "no cell defines it as a function or a class"),
        ("class soft:\n    pass", "it is a class, where the library has a function"),
        ("def soft(x):\n    return x", "`soft` takes (x), where the library has (x, beta)"),
        ("def soft(x, *, beta=1.0):\n    return lost(x)", "it uses `lost`, which no cell defines"),
        (
            "def last():\n    return 4\n\n\ndef soft(x, *, beta=1.0):\n    return last()",
            "its helper `last` has a name that the module needs for something else",
        ),
    ],
)
def test_what_can_not_stand_there_is_refused_with_the_reason(cell, why):
    with pytest.raises(SpliceError) as raised:
        put(SOFT, cell)
    assert str(raised.value) == why


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("class Tanh(Layer):\n    pass", "its class has no method `forward` of its own"),
        (
            "class Tanh(Mine):\n    def forward(self, x, *, train=False):\n        return x",
            "its class is derived from another than the library's",
        ),
        (
            "class Tanh(Layer):\n    def forward(self, x):\n        return x",
            "`forward` takes (self, x), where the library has (self, x, train)",
        ),
    ],
)
def test_a_class_that_can_not_stand_there_is_refused_with_the_reason(cell, why):
    with pytest.raises(SpliceError) as raised:
        put(TANH, cell)
    assert str(raised.value) == why


def test_a_cell_that_is_no_python_defines_nothing():
    assert "    return 2\n" in put(SOFT, "def (", "def soft(x, *, beta=1.0):\n    return 2\n")
