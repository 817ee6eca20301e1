"""Objects that know what they were made with, so that a model can be written to a file as text and made again."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np


class Described:
    """Remembers the arguments it was made with."""

    kinds: ClassVar[dict[str, type[Described]]] = {}
    """Every class of this sort by its full name: a file can name these and nothing else."""

    _arguments: tuple[tuple[Any, ...], dict[str, Any]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Enter the class in the table."""
        super().__init_subclass__(**kwargs)
        Described.kinds[f"{cls.__module__}.{cls.__qualname__}"] = cls

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Return a new object that keeps the arguments."""
        made = super().__new__(cls)
        made._arguments = (args, kwargs)
        return made

    def __repr__(self) -> str:
        """Return the call that makes it."""
        args, kwargs = self._arguments
        given = [repr(one) for one in args] + [f"{name}={one!r}" for name, one in kwargs.items()]
        return f"{type(self).__name__}({', '.join(given)})"


def describe(value: Any) -> Any:
    """Return `value` as JSON has it; raise ValueError if it holds what no text can make again, such as a function."""
    if isinstance(value, Described):
        args, kwargs = value._arguments
        name = f"{type(value).__module__}.{type(value).__qualname__}"
        return {"made": name, "args": describe(args), "kwargs": describe(kwargs)}
    if isinstance(value, dict):
        return {str(key): describe(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [describe(one) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(f"{value!r} cannot be saved: a file holds names and numbers, so give it by its name")


def restore(value: Any) -> Any:
    """Return what `describe` described, made afresh."""
    if isinstance(value, dict) and value.keys() == {"made", "args", "kwargs"}:
        if value["made"] not in Described.kinds:
            raise ValueError(f"the file names {value['made']}; import the module that defines it, then load again")
        return Described.kinds[value["made"]](*restore(value["args"]), **restore(value["kwargs"]))
    if isinstance(value, dict):
        return {key: restore(one) for key, one in value.items()}
    return [restore(one) for one in value] if isinstance(value, list) else value
