"""The file of public cases: what is saved is loaded, and it is plain."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

from gradschool.lab.evidence import Evidence
from gradschool.lab.judge import Answers, Mistake
from gradschool.lab.public import Lesson, load, save
from gradschool.lab.spec import Outcome, Spec

RNG = np.random.default_rng(3)
SHARED = RNG.normal(size=(4, 3))


def _lesson():
    doubled = Spec(
        "doubled", ("double",), "`double` returns 2·x, ü.", 1.5, "value", "def doubled(nn, x): ...", rtol=1e-3
    )
    trained = Spec(
        "trained",
        ("train", "double"),
        "`train` trains.",
        2,
        "outcome",
        "def trained(nn, x): ...",
        needs=("doubled",),
        whole=True,
        seconds=3,
        outcome=Outcome("loss", "loss", "def loss(arrays, judge): return 0.0", ("theta",), at_least=0.5, at_most=2.0),
    )
    cases = [
        {"x": SHARED, "rate": 0.1, "n": 3, "on": True, "mode": "same", "shape": (2, 3), "nothing": None},
        {
            "x": np.array(1.5),
            "labels": np.array(["a", "bc"]),
            "flags": np.array([True, False]),
            "empty": np.zeros((0, 2)),
        },
    ]
    expected = [Evidence({"y": 2 * SHARED, "x after the call": SHARED}), Evidence({"y": np.array(3.0)})]
    mistakes = [
        Mistake("nothing is doubled", "Look at the 2.", [Evidence({"y": SHARED}), Evidence({"y": np.array(1.5)})]),
        Mistake("nothing is returned", "", [Evidence({}, {"y": "None"}), Evidence({}, {"y": "None"})]),
    ]
    judged = [{"x": SHARED.T, "judge": {"X": SHARED, "y": np.array([1, 2], np.int32)}}]
    return Lesson(
        "02_dense",
        "The Dense layer",
        {
            "doubled": (doubled, Answers(cases, expected, mistakes)),
            "trained": (trained, Answers(judged, [Evidence({"theta": SHARED.astype(np.float32)})], [])),
        },
    )


@pytest.fixture
def path(tmp_path):
    save(tmp_path / "public.npz", _lesson())
    return tmp_path / "public.npz"


def same(got, want):
    """Ask two values, of arrays, cases, evidence or lists of them, to be equal to the type."""
    assert type(got) is type(want)
    if isinstance(want, np.ndarray):
        np.testing.assert_array_equal(got, want, strict=True)
    elif isinstance(want, dict):
        assert list(got) == list(want)
        for key in want:
            same(got[key], want[key])
    elif isinstance(want, Evidence):
        same(dict(got.arrays), dict(want.arrays))
        assert (got.odd, got.fault, got.notes) == (want.odd, want.fault, want.notes)
    elif isinstance(want, list):
        assert len(got) == len(want)
        for a, b in zip(got, want, strict=True):
            same(a, b)
    else:
        assert got == want


def test_the_lesson_and_its_specs_come_back(path):
    got, want = load(path), _lesson()
    assert (got.name, got.title, list(got.checks)) == (want.name, want.title, ["doubled", "trained"])
    for name in want.checks:
        assert got.checks[name][0] == want.checks[name][0]


@pytest.mark.parametrize("name", ["doubled", "trained"])
def test_the_cases_come_back(path, name):
    got, want = load(path).checks[name][1].cases, _lesson().checks[name][1].cases
    assert len(got) == len(want)
    for one, other in zip(got, want, strict=True):
        # The order of the arguments may differ: a probe takes them by name.
        full = {**other, "judge": other.get("judge", {})}
        same(dict(sorted(one.items())), dict(sorted(full.items())))


@pytest.mark.parametrize("name", ["doubled", "trained"])
def test_the_expected_arrays_come_back(path, name):
    same(load(path).checks[name][1].expected, _lesson().checks[name][1].expected)


def test_the_mistakes_come_back(path):
    got, want = load(path).checks["doubled"][1].mistakes, _lesson().checks["doubled"][1].mistakes
    assert [(m.text, m.hint) for m in got] == [(m.text, m.hint) for m in want]
    for one, other in zip(got, want, strict=True):
        same(one.evidence, other.evidence)


def test_the_exercises_are_those_of_all_checks(path):
    assert load(path).exercises == {"double", "train"}


def test_saving_twice_gives_equal_bytes(path, tmp_path):
    save(tmp_path / "again.npz", _lesson())
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()


def test_saving_what_was_loaded_gives_equal_bytes(path, tmp_path):
    save(tmp_path / "again.npz", load(path))
    save(tmp_path / "third.npz", load(tmp_path / "again.npz"))
    assert (tmp_path / "third.npz").read_bytes() == (tmp_path / "again.npz").read_bytes()


def test_nothing_in_it_is_pickled(path):
    with np.load(path, allow_pickle=False) as archive:
        assert "lesson" in archive.files
        for name in archive.files:
            assert archive[name].dtype.kind in "biufcU"
    with zipfile.ZipFile(path) as archive:
        assert all(name.endswith(".npy") for name in archive.namelist())


def test_equal_arrays_are_stored_once(path):
    # `SHARED` is an argument, an argument after the call, a mistake's array and data for the judge.
    with np.load(path, allow_pickle=False) as archive:
        stored = [name for name in archive.files if np.array_equal(archive[name], SHARED)]
    assert len(stored) == 1


def test_a_pickle_is_not_loaded(tmp_path):
    np.savez(tmp_path / "public.npz", lesson=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        load(tmp_path / "public.npz")
