"""A case: the same computation here and in PyTorch, over a grid of options.

A file `*_cases.py` of this folder defines cases; `make.py` stores what PyTorch computes for them in `goldens/`, and
`test_pytorch.py` compares the library with what is stored, and with PyTorch itself where it is installed.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

FOLDER = Path(__file__).parent
KEPT = 24
"""The number of entries of an array that are stored, evenly spaced, beside its shape and the sum of its squares."""


class Case:
    """One computation, with `ours` and with `theirs`, from the arrays of `draw`, over every combination of `grid`."""

    grid: ClassVar[dict[str, list[Any]]] = {}
    rtol: ClassVar[float] = 1e-10
    atol: ClassVar[float] = 1e-12
    """Both are relative to the largest entry of the array that PyTorch gives."""

    def draw(self, rng: np.random.Generator, **options: Any) -> dict[str, Any]:
        """Return the arrays (float64) that both sides start from."""
        raise NotImplementedError

    def ours(self, arrays: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        """Return what the library computes, as named arrays."""
        raise NotImplementedError

    def theirs(self, torch: Any, arrays: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        """Return what PyTorch computes, under the same names; tensors or arrays."""
        raise NotImplementedError

    def options(self) -> Iterator[dict[str, Any]]:
        """Yield every combination of the grid; a class may leave out those that make no sense."""
        for values in product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))


def all_cases() -> dict[str, tuple[Case, dict[str, Any]]]:
    """Return every case with its options, by `file: Class(option=value, …)`."""
    found = {}
    for path in sorted(FOLDER.glob("*_cases.py")):
        module = importlib.import_module(f"pytorch.{path.stem}")
        for name, kind in vars(module).items():
            if isinstance(kind, type) and issubclass(kind, Case) and kind.__module__ == module.__name__:
                if name.startswith("_"):
                    continue
                for options in kind().options():
                    chosen = ", ".join(f"{key}={value!r}" for key, value in options.items())
                    found[f"{path.stem.removesuffix('_cases')}: {name}({chosen})"] = (kind(), options)
    return found


def drawn(name: str, case: Case, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arrays of a case, from a generator that its name seeds."""
    return case.draw(np.random.default_rng(list(name.encode())), **options)


def theirs(torch: Any, name: str, case: Case, options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return what PyTorch computes for a case, as NumPy arrays."""
    torch.manual_seed(0)
    result = case.theirs(torch, drawn(name, case, options), **options)
    return {
        key: value.detach().numpy() if hasattr(value, "detach") else np.asarray(value) for key, value in result.items()
    }


def sample(array: np.ndarray) -> np.ndarray:
    """Return what is stored of an array: some entries, then the sum of the squares of all."""
    flat = np.asarray(array, dtype=np.float64).ravel()
    chosen = np.unique(np.linspace(0, max(flat.size - 1, 0), KEPT).astype(int))[: flat.size]
    return np.append(flat[chosen], np.sum(flat**2))
