"""The files that ship are what their scripts make and what their cards say."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from gradschool.datasets.shipped import arrays

ROOT = Path(__file__).parents[2] / "datasets"
DATA = ROOT / "gradschool" / "datasets" / "data"
NAMES = ["diabetes", "digits"]
TEXTS = ["sonnets"]


def make(name, folder):
    script = ROOT / "make" / f"make_{name}.py"
    run = subprocess.run([sys.executable, "-W", "error", script, folder], capture_output=True, text=True, check=True)
    return folder / f"{name}.npz", run.stdout


def test_every_file_has_a_card_and_a_script():
    assert sorted(path.stem for path in DATA.glob("*.npz")) == NAMES
    assert sorted(path.stem for path in DATA.glob("*.txt")) == TEXTS
    assert sorted(path.stem for path in DATA.glob("*.md")) == sorted(NAMES + TEXTS)
    assert sorted(path.stem for path in (ROOT / "make").glob("make_*.py")) == [f"make_{name}" for name in NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_the_script_makes_the_arrays_that_ship(name, tmp_path):
    path, printed = make(name, tmp_path)
    with np.load(path, allow_pickle=False) as archive:
        made = dict(archive)
    shipped = arrays(name)
    assert made.keys() == shipped.keys()
    for key, array in shipped.items():
        assert made[key].dtype == array.dtype
        np.testing.assert_array_equal(made[key], array)
    assert hashlib.sha256(path.read_bytes()).hexdigest() in printed


def test_the_script_makes_the_same_bytes_twice(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    assert make("digits", first)[0].read_bytes() == make("digits", second)[0].read_bytes()


@pytest.mark.parametrize("file", [*(f"{name}.npz" for name in NAMES), *(f"{name}.txt" for name in TEXTS)])
def test_the_card_says_the_file_s_size_and_checksum(file):
    path = DATA / file
    card, content = path.with_suffix(".md").read_text(encoding="utf-8"), path.read_bytes()
    assert re.findall(r"\| sha256 \| `([0-9a-f]{64})` \|", card) == [hashlib.sha256(content).hexdigest()]
    assert f"| file | `{file}`, {len(content):,} bytes |" in card


@pytest.mark.parametrize("name", NAMES)
def test_the_card_says_the_shapes_and_dtypes_and_names_the_script(name):
    card = (DATA / f"{name}.md").read_text(encoding="utf-8")
    for key, array in arrays(name).items():
        assert f"| `{key}` | {array.shape} {array.dtype}" in card
    assert f"`datasets/make/make_{name}.py`" in card
    for part in ["| licence |", "| source |", "## Citation", "doi:10."]:
        assert part in card


def test_the_card_of_diabetes_says_the_range_of_every_column():
    X = sklearn_datasets.load_diabetes(scaled=False).data
    rows = re.findall(r"^\| (\d) \| .* \| ([\d.]+) \| ([\d.]+) \|$", (DATA / "diabetes.md").read_text("utf-8"), re.M)
    assert [(int(i), float(a), float(b)) for i, a, b in rows] == [
        (i, X[:, i].min(), X[:, i].max()) for i in range(X.shape[1])
    ]


def test_the_files_are_small():
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 100_000
