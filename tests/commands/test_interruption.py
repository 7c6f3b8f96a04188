"""Signals: the first one ends the program in order, and under torchrun the second finds it tidying up."""

import os
import signal

import pytest

from bench.commands.interruption import TerminatedError, terminable


@pytest.mark.parametrize(
    ("number", "error"), [(signal.SIGTERM, TerminatedError), (signal.SIGINT, KeyboardInterrupt)]
)
def test_a_second_signal_is_ignored_under_torchrun(number, error):
    """It passes on what was sent to all, so that each comes twice."""
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with terminable(once=True):
        with pytest.raises(error):
            os.kill(os.getpid(), number)
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
