"""The errors that a user can meet, each with the exit code it stands for.

Every expected error is one message without a traceback: what, where, why, what to do.
"""

from __future__ import annotations

DONE = 0
CHECK_FAILED = 1
WRONG_SUITE = 2
ENVIRONMENT = 3
SOME_TRIALS_FAILED = 4
INTERRUPTED = 130
TERMINATED = 143


class BenchError(Exception):
    """An expected error; `str(error)` is the whole message shown to the user."""

    exit_code: int = WRONG_SUITE


class SuiteError(BenchError):
    """The suite or the command is wrong (exit 2)."""

    exit_code = WRONG_SUITE


class CheckError(BenchError):
    """A check, lock, comparison or strict claim failed (exit 1)."""

    exit_code = CHECK_FAILED


class DataError(BenchError):
    """A dataset is missing or broken (exit 3)."""

    exit_code = ENVIRONMENT


class StoreError(BenchError):
    """A run directory cannot be read or written (exit 3)."""

    exit_code = ENVIRONMENT


class DependencyError(BenchError):
    """Something optional that a command needs is not installed, or does not work (exit 3)."""

    exit_code = ENVIRONMENT


class WriteError(StoreError):
    """Nothing more can be kept, so that a run had better stop (exit 3); what was kept before is intact."""


class BenchWarning(UserWarning):
    """Something the user should know that does not stop the run."""
