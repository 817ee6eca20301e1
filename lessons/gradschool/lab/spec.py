"""What is known of a check on either side of the trust boundary: its probe and its rules, none of its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from gradschool.lab.evidence import AFTER, AnyArray

SORTS = ("value", "gradient", "property", "outcome")
NUMERIC = "numeric "


@dataclass(frozen=True)
class Outcome:
    """A number that the judge computes from the evidence, and the band it must lie in."""

    text: str
    name: str
    source: str
    uses: tuple[str, ...]
    at_least: float | None = None
    at_most: float | None = None

    @property
    def band(self) -> str:
        """The band in words."""
        ends = [("at least", self.at_least), ("at most", self.at_most)]
        return " and ".join(f"{words} {end:g}" for words, end in ends if end is not None)

    def holds(self, measured: float) -> bool:
        """Return whether `measured` lies in the band; NaN never does."""
        low = -np.inf if self.at_least is None else self.at_least
        high = np.inf if self.at_most is None else self.at_most
        return bool(low <= measured <= high)

    def measure(self, arrays: Mapping[str, AnyArray], judge: Mapping[str, AnyArray]) -> float:
        """Return the number that the judge computes; NaN if the arrays do not fit together."""
        function = load_function(self.source, self.name)
        with np.errstate(all="ignore"):
            try:
                return float(function(dict(arrays), dict(judge)))
            except (ArithmeticError, IndexError, KeyError, TypeError, ValueError):
                return float("nan")


@dataclass(frozen=True)
class Spec:
    """A check without its answers: what a notebook and a student's process may hold."""

    name: str
    of: tuple[str, ...]
    words: str
    points: float
    sort: str
    source: str
    needs: tuple[str, ...] = ()
    whole: bool = False
    rtol: float = 1e-6
    seconds: float = 10.0
    outcome: Outcome | None = None

    @property
    def is_question(self) -> bool:
        """Whether it is of the answer to a question in the text."""
        return "nn.answer(" in self.source

    def compared(self, names: Mapping[str, Any]) -> list[str]:
        """Return those of the returned names that are compared with the reference one by one."""
        uses = () if self.outcome is None else self.outcome.uses
        return [n for n in names if not (n.endswith(AFTER) or n.startswith(NUMERIC) or n in uses)]

    def to_json(self) -> dict[str, Any]:
        """Return the check as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Spec:
        """Return the check that `to_json` wrote."""
        known = {f.name: data[f.name] for f in fields(cls) if f.name in data}
        if known.get("outcome") is not None:
            known["outcome"] = Outcome(**{**known["outcome"], "uses": tuple(known["outcome"]["uses"])})
        return cls(**{**known, "of": tuple(known["of"]), "needs": tuple(known["needs"])})


def load_function(source: str, name: str) -> Callable[..., Any]:
    """Return the function `name` that `source` defines, which uses NumPy as `np` and no other global."""
    namespace: dict[str, Any] = {"np": np}
    exec(compile(source, f"<check {name}>", "exec"), namespace)  # our own text, written in checks.py
    function: Callable[..., Any] = namespace[name]
    return function
