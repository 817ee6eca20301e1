"""Whether operations are recorded: a switch that each thread, and each asynchronous task, has for itself."""

from __future__ import annotations

from contextvars import ContextVar

RECORDING: ContextVar[bool] = ContextVar("RECORDING", default=True)
"""`RECORDING.get()` says whether operations are recorded now; `set` returns a token with which `reset` goes back."""
