"""`bench doctor [RUN]`: is a run directory sound, or is this machine ready?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.errors import CHECK_FAILED, DONE, ENVIRONMENT, DataError, StoreError
from bench.finding import Finding
from bench.store import REPORT_FILE
from bench.store.checkup import examine
from bench.store.run import TRIALS_FOLDER


def doctor(run: Path | None) -> int:
    """Print what was found, a line each.

    Args:
        run: A run directory, or a folder of runs, of which the newest is taken; None for the machine.

    Returns:
        Of a run, 1 when something in it is damaged; of the machine, 3 when no suite could run; else 0.

    Raises:
        StoreError: There is no run, or it cannot be read.
    """
    if run is None:
        return _machine()
    if (run / TRIALS_FOLDER).is_dir():
        return _run(run)
    from bench.commands.report import newest  # noqa: PLC0415 - what draws reports takes a second to import

    return _run(newest(run))


def _run(folder: Path) -> int:
    broken = 0
    findings = examine(folder, REPORT_FILE)
    while finding := _next(findings, folder):
        broken += finding.state == "broken"
        print(_line(finding))
    print(f"{folder}: {f'{broken} broken' if broken else 'sound'}")
    return CHECK_FAILED if broken else DONE


def _next(findings: Iterator[Finding], folder: Path) -> Finding | None:
    """Read on; what fails in printing, a closed pipe for one, is no fault of the run."""
    try:
        return next(findings, None)
    except OSError as error:
        raise StoreError(f"{error.filename or folder}: cannot be read: {error.strerror}") from error


def _machine() -> int:
    try:
        from bench.measurements.machine import examine_machine  # noqa: PLC0415 - torch takes seconds to import
    except ImportError as error:
        raise DataError(f"a library is missing or broken: {error}; install archbench again") from error

    broken = 0
    for finding in examine_machine():
        broken += finding.state == "broken"
        print(_line(finding), flush=True)
    return ENVIRONMENT if broken else DONE


def _line(finding: Finding) -> str:
    return f"{finding.state:6}  {finding.subject}: {finding.text}"
