"""What a student's process may use."""

from __future__ import annotations

from dataclasses import dataclass

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""The environment in which NumPy's matrix products take one thread; it is read when NumPy is imported."""


@dataclass(frozen=True)
class Limits:
    """What a student's process may use."""

    cell_seconds: float = 20.0
    """For one cell."""
    check_seconds: float = 60.0
    """For one check, however much time it asks for."""
    seconds: float = 180.0
    """For all cells and checks of a submission, start-up included."""
    memory: int = 2 * 2**30
    """Bytes of address space beyond what the process has at its start."""
    file_size: int = 50 * 2**20
    """Bytes of one file that it writes."""
    output: int = 200 * 2**20
    """Bytes of all that it sends."""
    scratch: int = 200 * 2**20
    """Bytes of all files in its scratch folder."""
    processes: int = 64
    """Processes and threads at a time."""
    files: int = 256
    """Files that a process has open at a time."""
    attempts: int = 10
    """How often a submission is started, each time without the cell or check that ended it, in the same `seconds`."""
