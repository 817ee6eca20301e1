"""Models in files.

config              the layers and what `compile` was given, as JSON
weights/…           the weights by layer and name
optimizer/…         what the optimizer remembers

The file is NumPy's npz without pickles: to read one runs no code.
"""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradschool.nn.keras.described import describe, restore
from gradschool.nn.keras.layers.layer import Layer

if TYPE_CHECKING:
    from gradschool.nn.keras.models.sequential import Sequential

Arrays = dict[str, npt.NDArray[Any]]


def save(model: Sequential, path: str | os.PathLike[str], overwrite: bool) -> None:
    """Write the model; raise ValueError if it holds what no text can describe."""
    config: dict[str, Any] = {"format": 1, "model": _described(model)}
    arrays: Arrays = {f"weights/{name}": array for name, array in model.state().items()}
    config["dtype"] = str(model._dtype())
    if model._compiled is not None:
        optimizer, loss, metrics = model._compiled.given
        config["compile"] = describe({"optimizer": optimizer, "loss": loss, "metrics": metrics})
        if model.optimizer.inner is not None:
            arrays |= {f"optimizer/{name}": array for name, array in model.optimizer.state().items()}
    _write(path, {"config": np.array(json.dumps(config)), **arrays}, overwrite)


def load_model(filepath: str | os.PathLike[str], compile: bool = True) -> Sequential:
    """Return the model that `model.save` wrote to a file, compiled as it was unless `compile` is false."""
    from gradschool.nn.keras.models.sequential import Sequential

    model: Sequential = restored(filepath, compile, Sequential)
    return model


def restored(filepath: str | os.PathLike[str], compile: bool, kind: type[Any]) -> Any:
    """Return the model of a file as a model of this class; see `load_model`."""
    from gradschool.nn.keras import config as settings

    arrays = _read(filepath)
    if "config" not in arrays:
        raise ValueError(f"{filepath} holds weights alone; make the model, and call model.load_weights")
    config = json.loads(str(arrays["config"]))
    before = settings.floatx()
    settings.set_floatx(config["dtype"])
    try:
        model = _restored(config["model"], kind)
    finally:
        settings.set_floatx(before)
    _load(model, arrays, "weights/", filepath)
    if compile and "compile" in config:
        model.compile(**restore(config["compile"]))
        state = {name[10:]: array for name, array in arrays.items() if name.startswith("optimizer/")}
        if state and model._compiled is not None:
            _ = model._compiled.network
            model.optimizer.load_state(state)
    return model


def save_weights(model: Sequential, path: str | os.PathLike[str], overwrite: bool) -> None:
    """Write the weights."""
    _write(path, {f"weights/{name}": array for name, array in model.state().items()}, overwrite)


def load_weights(model: Sequential, path: str | os.PathLike[str]) -> None:
    """Read the weights into the model."""
    _load(model, _read(path), "weights/", path)


def _described(model: Any) -> dict[str, Any]:
    """Return a model as JSON has it: its layers, in order, and the shape of its input."""
    layers = [_described(one) if hasattr(one, "_members") else describe(one) for one in model._members]
    names = [layer.name for layer in model._members]
    trained = [layer.trainable for layer in model._members]
    return {"name": model.name, "layers": layers, "names": names, "trained": trained, "shape": model.takes}


def _restored(config: dict[str, Any], kind: type[Any]) -> Any:
    """Return the model again, of this class."""
    model = kind(name=config["name"])
    for one, name, trained in zip(config["layers"], config["names"], config["trained"], strict=True):
        layer: Layer = _restored(one, kind) if "layers" in one else restore(one)
        layer.name, layer.named, layer.trainable = name, True, trained
        model.add(layer)
    model.build_for(tuple(config["shape"]))
    return model


def _load(model: Sequential, arrays: Arrays, prefix: str, path: Any) -> None:
    """Copy arrays into the model; raise ValueError, and change nothing, unless names and shapes are its own."""
    own = model.state()
    given = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
    wrong = [name for name in own.keys() & given.keys() if own[name].shape != given[name].shape]
    if own.keys() != given.keys() or wrong:
        differ = sorted({*(own.keys() ^ given.keys()), *wrong})
        raise ValueError(f"{path} has the weights of another model: {', '.join(differ)} differ")
    for name, array in own.items():
        array[...] = given[name]


def _write(path: str | os.PathLike[str], arrays: Arrays, overwrite: bool) -> None:
    """Write arrays to a file, whole or not at all."""
    path = Path(path)
    if path.exists() and not overwrite:
        raise ValueError(f"there is a file {path} already, and overwrite is false")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to save {path.name} in; make it first")
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _read(path: str | os.PathLike[str]) -> Arrays:
    """Return the arrays of a file; raise ValueError if it is none of this library's."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = dict(archive)
    except (ValueError, zipfile.BadZipFile, EOFError, TypeError, AttributeError):
        arrays = {}
    if not any(name == "config" or name.startswith("weights/") for name in arrays):
        raise ValueError(f"{path} is no file of this library; Keras' own files, .h5 and .keras, it does not read")
    return arrays
