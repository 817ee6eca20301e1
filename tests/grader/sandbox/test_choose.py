"""Which isolation is chosen, told by machines that offer one thing and not another."""

from __future__ import annotations

from typing import get_args

import pytest

from gradschool.grader import cli
from gradschool.grader.errors import IsolationError
from gradschool.grader.sandbox import bubblewrap, container
from gradschool.grader.sandbox import choose as choosing
from gradschool.grader.sandbox.choose import CHOICES, LAYERS, WORDS, Isolation, choose
from gradschool.grader.sandbox.isolation import landlock, namespaces, seccomp

OFFERED = {
    "namespaces": (namespaces, "available", ""),
    "bubblewrap": (bubblewrap, "available", ""),
    "container": (container, "available", ""),
    "landlock": (landlock, "version", 6),
    "seccomp": (seccomp, "available", ""),
}


@pytest.fixture
def machine(monkeypatch):
    """What makes a machine that lacks some layers, and where some isolations do not hold."""

    def make(lacks=(), leaks=()):
        for name, (module, probe, there) in OFFERED.items():
            lacking = 0 if name == "landlock" else "it is lacking"
            monkeypatch.setattr(module, probe, lambda answer=lacking if name in lacks else there: answer)
        monkeypatch.setattr(choosing, "holds", lambda name, layers: "it leaks" if name in leaks else "")

    return make


@pytest.mark.parametrize(
    ("lacks", "leaks", "chosen"),
    [
        ((), (), "namespaces"),
        (("landlock",), (), "namespaces"),
        (("namespaces",), (), "bubblewrap"),
        ((), ("namespaces",), "bubblewrap"),
        (("namespaces", "bubblewrap"), (), "landlock"),
        ((), ("namespaces", "bubblewrap"), "landlock"),
    ],
)
def test_the_strongest_that_holds_is_chosen(machine, lacks, leaks, chosen):
    machine(lacks, leaks)
    assert choose().name == chosen


def test_what_is_missing_of_the_strongest_is_said_with_the_reason(machine):
    machine(["landlock"], ["namespaces"])
    isolation = choose()
    assert isolation.record == "bubblewrap: bubblewrap, seccomp, limits"
    assert isolation.missing == (
        "landlock: the kernel has none, or it is not switched on",
        "namespaces: it leaks",
    )
    assert isolation.description.endswith("; not here: " + "; ".join(isolation.missing))


@pytest.mark.parametrize("lacks", [("namespaces", "bubblewrap", "landlock"), ("namespaces", "seccomp")])
def test_where_there_is_none_it_says_what_to_do_and_never_takes_a_container_or_limits(machine, lacks):
    machine(lacks, ["namespaces", "bubblewrap", "landlock"])
    with pytest.raises(IsolationError, match=r"no sandbox.*--isolation limits") as error:
        choose()
    assert all(f"{name}: " in str(error.value) for name in ("namespaces", "bubblewrap", "landlock"))


@pytest.mark.parametrize("name", ["namespaces", "bubblewrap", "landlock", "container"])
def test_what_is_asked_for_is_taken_or_refused_and_not_replaced(machine, name):
    machine()
    assert choose(name).name == name
    machine(leaks=[name])
    with pytest.raises(IsolationError, match=f"{name}: it leaks"):
        choose(name)
    machine(lacks=[name])
    with pytest.raises(IsolationError, match=f"{name}: (it is lacking|the kernel has none)"):
        choose(name)


@pytest.mark.parametrize("name", ["bubblewrap", "landlock"])
def test_some_are_nothing_without_seccomp(machine, name):
    machine(["seccomp"])
    with pytest.raises(IsolationError, match=f"{name}: it is lacking"):
        choose(name)


def test_an_unknown_one_is_refused():
    with pytest.raises(IsolationError, match="there is no isolation 'jail'; there are auto, namespaces, bubblewrap,"):
        choose("jail")


def test_descriptions_are_one_short_line():
    for name, layers in LAYERS.items():
        said = Isolation(name, (*layers, "limits")).description
        assert said.startswith("isolation: ")
        assert WORDS[name] in said
        assert len(said) < 160
    assert "can read and write what you can" in choose("limits").description


def test_the_command_line_offers_them_all():
    assert get_args(cli.Choice) == CHOICES
