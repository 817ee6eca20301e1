"""The library against PyTorch: against what is stored of it, and live where it is installed."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from pytorch.case import FOLDER, all_cases, drawn, sample, theirs

CASES = all_cases()


@cache
def goldens(file: str) -> dict[str, dict[str, tuple[tuple[int, ...], np.ndarray]]]:
    """What is stored of a file's cases: by case and name, the shape and the sample."""
    with np.load(FOLDER / "goldens" / f"{file}.npz") as stored:
        ends = np.cumsum(stored["lengths"])[:-1]
        found: dict[str, dict[str, tuple[tuple[int, ...], np.ndarray]]] = {}
        for key, values in zip(stored["index"], np.split(stored["values"], ends), strict=True):
            case, name, shape = json.loads(str(key))
            found.setdefault(case, {})[name] = (tuple(shape), values)
    return found


def computed(name: str) -> dict[str, np.ndarray]:
    """What the library computes for a case; its arguments must stay as they were."""
    case, options = CASES[name]
    arrays, before = drawn(name, case, options), drawn(name, case, options)
    result = {key: np.asarray(value) for key, value in case.ours(arrays, **options).items()}
    for key, value in arrays.items():
        np.testing.assert_array_equal(value, before[key], err_msg=f"the argument {key} was changed")
    return result


def assert_close(name: str, key: str, got: np.ndarray, want: np.ndarray) -> None:
    case, _ = CASES[name]
    atol = case.atol * max(1.0, float(np.max(np.abs(want), initial=0, where=np.isfinite(want))))
    np.testing.assert_allclose(got, want, rtol=case.rtol, atol=atol, err_msg=key)


@pytest.mark.parametrize("name", CASES)
def test_the_library_agrees_with_what_is_stored_of_pytorch(name):
    stored = goldens(name.split(":")[0])[name]
    ours = computed(name)
    assert set(ours) == set(stored)
    for key, (shape, want) in stored.items():
        assert ours[key].shape == shape, key
        assert_close(name, key, sample(ours[key]), want)


@pytest.mark.parametrize("name", CASES)
def test_the_library_agrees_with_pytorch(name):
    torch = pytest.importorskip("torch")
    case, options = CASES[name]
    ours, reference = computed(name), theirs(torch, name, case, options)
    assert set(ours) == set(reference)
    for key, want in reference.items():
        assert ours[key].shape == want.shape, key
        assert_close(name, key, ours[key], want)


def test_nothing_is_stored_that_no_case_has():
    stored = {name for path in (FOLDER / "goldens").glob("*.npz") for name in goldens(path.stem)}
    assert stored == set(CASES)
