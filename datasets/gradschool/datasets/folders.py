"""Where data are looked for on this machine, and where a download is kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "GRADSCHOOL_DATA"


def data_folder() -> Path | None:
    """Return the folder that GRADSCHOOL_DATA names; None if it is not set, FileNotFoundError if there is none."""
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(
            f"the environment variable {VARIABLE} names {folder}, which is not a folder; make it, or unset the variable"
        )
    return folder


def cache_folder() -> Path:
    """Return the folder of downloads, where the platform keeps such: $XDG_CACHE_HOME/gradschool if that is set."""
    if root := os.environ.get("XDG_CACHE_HOME"):
        return Path(root).expanduser() / "gradschool"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "gradschool" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "gradschool"
    return Path.home() / ".cache" / "gradschool"
