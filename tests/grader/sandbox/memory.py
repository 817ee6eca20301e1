"""A search through the memory of a student's process, and what may and what must not be found there."""

from __future__ import annotations

import hashlib

import numpy as np

from gradschool.lab.evidence import AFTER

SEARCH = """
def double(x):
    import gc, hashlib
    found, seen, todo = set(), set(), gc.get_objects()
    while todo:
        each = todo.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, np.ndarray):
            if each.dtype == np.float64 and each.size >= 3:
                found.add(hashlib.sha256(each.tobytes()).hexdigest())
        elif gc.is_tracked(each) or isinstance(each, (dict, list, tuple)):
            todo += gc.get_referents(each)
    return sorted(found)
"""
"""An answer to the tiny lesson's `double` that returns the digests of all arrays that it finds."""


def given_and_secret(key):
    """Return the digests of the arguments of all cases, and of what only the judge has."""
    given, secret = set(), set()
    for answers in key.answers.values():
        for case, expected in zip(answers.cases, answers.expected, strict=True):
            given |= _digests(value for name, value in case.items() if name != "judge")
            secret |= _digests(case.get("judge", {}).values())
            secret |= _digests(array for name, array in expected.arrays.items() if not name.endswith(AFTER))
        for mistake in answers.mistakes[:1]:
            secret |= _digests(mistake.evidence[-1].arrays.values())
    secret -= given
    assert len(given) >= 6
    assert len(secret) >= 8
    return given, secret


def _digests(arrays):
    kept = (np.asarray(a, dtype=np.float64) for a in arrays if np.size(a) >= 3 and np.asarray(a).dtype.kind in "iuf")
    return {hashlib.sha256(array.tobytes()).hexdigest() for array in kept}
