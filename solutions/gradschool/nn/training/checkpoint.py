"""Checkpoints: all that a training needs to go on, bit for bit, in one file.

model/…        the parameters and buffers of the model, by name
optimizer/…    what the optimizer remembers, its count of steps included
random/…       the states of the generators that training draws from, as JSON
format         the version of all this

The file is NumPy's npz without pickles: reading one runs no code. What callbacks remember is not in it.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.layers.layer import Layer
from gradschool.nn.training import random_state
from gradschool.nn.types import Array

__all__ = ["load", "require_place", "save"]

FORMAT = 1
"""The version of the format, raised when a file of the old one could not be read any more."""

Arrays = dict[str, npt.NDArray[Any]]


def save(path: str | Path, model: Layer, optimizer: Any = None, *, rng: np.random.Generator | None = None) -> None:
    """Write the model to the file `path`, which it replaces at once and whole or, if anything fails, not at all.

    With `optimizer` and with `rng`, from which the order of the examples is drawn, training can go on as if it had
    never stopped. Raise FileNotFoundError unless the folder exists, and IsADirectoryError if `path` is one itself.
    """
    path = Path(path)
    require_place(path)
    arrays: dict[str, Any] = {"format": np.array(FORMAT)}
    arrays |= _prefixed("model", model.state())
    if optimizer is not None:
        arrays |= {"kind of optimizer": np.array(_kind(optimizer)), **_prefixed("optimizer", optimizer.state())}
    arrays |= _prefixed("random", random_state.pack(model.generators(), rng))
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def require_place(path: Path) -> None:
    """Raise FileNotFoundError unless the folder of `path` exists, and IsADirectoryError if `path` is one itself."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} for the checkpoint {path.name}: make it first")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; a checkpoint is a file in it, such as {path / 'model.npz'}")


def load(path: str | Path, model: Layer, optimizer: Any = None, *, rng: np.random.Generator | None = None) -> None:
    """Put the model, and the optimizer and `rng` if they are given, into the state in which the file has them.

    Raise ValueError, and change nothing, if the file is not a whole checkpoint, if it is that of another network or
    optimizer, or if it lacks what is asked for.
    """
    arrays = _read(Path(path))
    try:
        if optimizer is not None:
            _require_kind(arrays, _kind(optimizer))
        learnt = _under("model", arrays)
        _require_dtypes(model.state(), learnt)
        set_generators = random_state.prepare(_under("random", arrays), model.generators(), rng)
        before = {} if optimizer is None else {name: np.copy(array) for name, array in optimizer.state().items()}
        if optimizer is not None:
            optimizer.load_state(_under("optimizer", arrays))
        try:
            model.load_state(learnt)
        except ValueError:
            if optimizer is not None:
                optimizer.load_state(before)
            raise
    except ValueError as error:
        raise ValueError(f"{path} does not fit: {error}") from error
    set_generators()


def _prefixed(prefix: str, arrays: Mapping[str, npt.ArrayLike]) -> Arrays:
    """Return the arrays, with a prefix before their names; raise ValueError for one that would need a pickle."""
    prefixed = {f"{prefix}/{name}": np.asarray(array) for name, array in arrays.items()}
    for name, array in prefixed.items():
        if array.dtype.hasobject:
            raise ValueError(f"{name} holds Python objects, which a checkpoint does not keep")
    return prefixed


def _under(prefix: str, arrays: Arrays) -> Arrays:
    """Return the arrays with that prefix, without it."""
    return {name.removeprefix(f"{prefix}/"): array for name, array in arrays.items() if name.startswith(f"{prefix}/")}


def _read(path: Path) -> Arrays:
    """Return all arrays of the file; raise ValueError unless it is a whole checkpoint of this format."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            raise ValueError(f"{path} is not a checkpoint: save() writes NumPy's npz files")
        file.seek(0)
        try:
            with np.load(file, allow_pickle=False) as npz:
                arrays = {name: npz[name] for name in npz.files}
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, ValueError) as error:
            raise ValueError(f"{path} is damaged or was cut short ({error})") from error
    if "format" not in arrays:
        raise ValueError(f"{path} is an npz file, but not one that save() wrote")
    if (version := arrays["format"].tolist()) != FORMAT:
        raise ValueError(f"{path} is of format {version}, and this version of the library reads format {FORMAT}")
    return arrays


def _kind(optimizer: Any) -> str:
    """Return the name of the optimizer's class; raise ValueError if it has no state to save and load."""
    name = type(optimizer).__name__
    if not hasattr(optimizer, "state"):
        raise ValueError(f"{name} has no state(), so it cannot be saved or loaded: leave the optimizer out")
    return name


def _require_kind(arrays: Arrays, own: str) -> None:
    """Raise ValueError unless the file has an optimizer of this kind."""
    if "kind of optimizer" not in arrays:
        raise ValueError("it has no optimizer in it: leave optimizer out, or save it with the model")
    if (kind := str(arrays["kind of optimizer"])) != own:
        raise ValueError(f"its optimizer is {kind}, and this one is {own}")


def _require_dtypes(own: Mapping[str, Array], learnt: Arrays) -> None:
    """Raise ValueError if an array would lose or feign precision; other differences are `load_state`'s to find."""
    for name in own.keys() & learnt.keys():
        if own[name].dtype != learnt[name].dtype:
            saved = learnt[name].dtype
            raise ValueError(f"{name} is {own[name].dtype} here and {saved} in the file; model.astype({str(saved)!r})")
