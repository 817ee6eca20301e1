"""Ctrl-C asks a run to stop: what is in flight is finished and recorded, and nothing is cut in the middle."""

from __future__ import annotations

import signal
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stop:
    """Whether a run was asked to stop.

    When the signal comes, no more than the flag is set, because a line that is being written then must not be
    interrupted by another. The run itself says that it was asked, at the next `tell`.
    """

    asked = False

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._told = say, False

    def tell(self) -> None:
        """Say that it was asked to stop if it was, once."""
        if self.asked and not self._told:
            self._told = True
            self._say("stopping: what is being graded now is finished and recorded; Ctrl-C again drops it")


@contextmanager
def stop_on_interrupt(say: Callable[[str], None]) -> Iterator[Stop]:
    """Return what says whether Ctrl-C was pressed; pressed a second time it interrupts at once.

    A request to end (SIGTERM) is taken as Ctrl-C. Other threads than the main one can't be asked.
    """
    stop = Stop(say)
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(_signum: int, _frame: types.FrameType | None) -> None:
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
