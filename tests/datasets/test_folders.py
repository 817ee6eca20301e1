from pathlib import Path

import pytest

from gradschool.datasets import folders


def test_the_data_folder_is_the_one_that_the_variable_names(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path))
    assert folders.data_folder() == tmp_path


@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_there_is_no_data_folder(monkeypatch, value):
    monkeypatch.delenv("GRADSCHOOL_DATA", raising=False)
    if value is not None:
        monkeypatch.setenv("GRADSCHOOL_DATA", value)
    assert folders.data_folder() is None


def test_a_variable_that_names_no_folder_is_reported(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path / "typo"))
    with pytest.raises(
        FileNotFoundError, match=r"GRADSCHOOL_DATA names .*typo, which is not a folder; make it, or unset"
    ):
        folders.data_folder()


def test_the_cache_is_where_xdg_says(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert folders.cache_folder() == tmp_path / "gradschool"


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("linux", ".cache/gradschool"),
        ("darwin", "Library/Caches/gradschool"),
        ("win32", "AppData/Local/gradschool/Cache"),
    ],
)
def test_or_where_the_platform_keeps_such(monkeypatch, tmp_path, platform, folder):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr(folders.sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert folders.cache_folder() == tmp_path / folder
