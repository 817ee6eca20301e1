"""`environment.yml` says for conda what `pyproject.toml` says for pip: the same packages, within the same bounds."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"playwright": "playwright-python"}
TOOLS = {"python", "pip"}


def parse(requirement):
    """Return the name, the extras and the bounds of a requirement of pip or of conda."""
    name, extras, bounds = re.fullmatch(r"([\w.-]+)(?:\[([\w,-]+)\])? *([<>=!~][\w.,<>=!~* ]*)?", requirement).groups()
    return (
        re.sub(r"[-_.]+", "-", name).lower(),
        set((extras or "").split(",")) - {""},
        frozenset(bound.strip() for bound in (bounds or "").split(",")) - {""},
    )


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def of_pyproject():
    """Return {conda's name: bounds} of the runtime dependencies and of every extra."""
    extras = project()["optional-dependencies"]
    found = {}
    for requirement in [*project()["dependencies"], *(each for extra in extras.values() for each in extra)]:
        name, chosen, bounds = parse(requirement)
        if name == "gradschool":
            assert chosen <= extras.keys()
        else:
            assert found.setdefault(CONDA_NAMES.get(name, name), bounds) == bounds, f"{name} has two bounds"
    return found


def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def of_environment():
    """Return {name: bounds} of conda's own packages, each listed once."""
    parsed = [parse(each) for each in environment()["dependencies"] if isinstance(each, str)]
    found = {name: bounds for name, _, bounds in parsed}
    assert len(found) == len(parsed)
    return found


def test_a_requirement_is_read_as_pip_and_conda_read_it():
    assert parse("Types_PyYAML") == ("types-pyyaml", set(), frozenset())
    assert parse("python >=3.11,<3.14") == ("python", set(), {">=3.11", "<3.14"})
    assert parse("gradschool[instructor]") == ("gradschool", {"instructor"}, frozenset())


def test_both_list_the_same_packages_with_the_same_bounds():
    conda = of_environment()
    assert {name: bounds for name, bounds in conda.items() if name not in TOOLS} == of_pyproject()


def test_python_has_the_bounds_of_the_project():
    assert of_environment()["python"] == parse("python" + project()["requires-python"])[2]


def test_pip_installs_the_project_and_nothing_else():
    sections = [each for each in environment()["dependencies"] if isinstance(each, dict)]
    assert sections == [{"pip": ["-e ."]}]


def test_the_environment_is_conda_forge_s_and_has_the_project_s_name():
    assert environment()["name"] == project()["name"]
    assert environment()["channels"] == ["conda-forge", "nodefaults"]


def test_torch_is_in_neither():
    assert not {"torch", "pytorch"} & (of_environment().keys() | of_pyproject().keys())
