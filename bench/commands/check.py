"""`bench check SUITE...`: compare the architectures as they are built now with their lock files."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout

from architectures import ArchitectureError
from bench.errors import CHECK_FAILED, DONE, SuiteError
from bench.locks.changes import compare
from bench.locks.file import Lock, lock_path, read_lock
from bench.locks.formats import render
from bench.locks.verdicts import Outcome, Verdict
from bench.measurements.locking import geometry_of, lock_architecture
from bench.spec import Architecture, Suite
from bench.suite_file import load_suite, suite_path


def main(*suites: str, style: str = "table") -> int:
    """Print what changed, and fail if anything did.

    Args:
        suites: Suite files, or names of shipped suites.
        style: "table", "md", "json" or "junit".

    Returns:
        0 if every architecture is as locked, else 1.

    Raises:
        BenchError: A suite or a lock file cannot be read, or there is no lock file.
    """
    with redirect_stdout(sys.stderr):  # what networks print is no part of a JSON or JUnit document
        outcome = check(*suites)
    print(render(outcome, style))
    return DONE if outcome.passed else CHECK_FAILED


def check(*suites: str) -> Outcome:
    """Compare suites with their lock files.

    Raises:
        BenchError: A suite or a lock file cannot be read, or there is no lock file.
    """
    if not suites:
        raise SuiteError("bench check: name at least one suite, for example: bench check suites/*.toml")
    return Outcome(tuple(verdict for suite in suites for verdict in _check_suite(suite)))


def _check_suite(name: str) -> list[Verdict]:
    suite, lock = load_suite(name), read_lock(lock_path(suite_path(name)))
    task = geometry_of(suite)
    verdicts = [
        _check_architecture(name, suite, architecture, task, lock) for architecture in suite.architectures
    ]
    labels = {architecture.label for architecture in suite.architectures}
    vanished = [label for label in lock if label not in labels]
    return verdicts + [
        Verdict(name, label, "vanished", "locked, but no longer in the suite") for label in vanished
    ]


def _check_architecture(
    name: str, suite: Suite, architecture: Architecture, task: tuple[int, int, int], lock: Lock
) -> Verdict:
    label = architecture.label
    if label not in lock:
        return Verdict(name, label, "not locked", "in the suite, but not in its lock file")
    try:
        now = lock_architecture(architecture, *task)
    except (ArchitectureError, SuiteError) as error:
        return Verdict(name, label, "does not build", str(error))
    comparison = compare(lock[label], now, dict(suite.tolerance))
    return Verdict(name, label, "changed" if comparison else "unchanged", comparison=comparison)
