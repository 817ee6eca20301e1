"""Ctrl-C asks; a second one interrupts."""

from __future__ import annotations

import signal
import threading

import pytest

from gradschool.grader.interruption import stop_on_interrupt


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_asks_and_the_second_interrupts(number):
    before, said = signal.getsignal(number), []
    with stop_on_interrupt(said.append) as stop:
        assert not stop.asked
        signal.raise_signal(number)
        assert (stop.asked, said) == (True, [])
        stop.tell()
        stop.tell()
        assert len(said) == 1
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
    assert signal.getsignal(number) == before


def test_in_another_thread_nothing_is_changed():
    found = []

    def work():
        with stop_on_interrupt(found.append) as stop:
            found.append((stop.asked, signal.getsignal(signal.SIGINT)))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [(False, before)]
