"""`bench lock SUITE...`: write down the counts that `bench check` guards."""

from __future__ import annotations

from bench.errors import DONE, SuiteError
from bench.locks.file import Lock, lock_path, render_lock
from bench.measurements.locking import geometry_of, lock_architecture
from bench.spec import Suite
from bench.store import write_atomically
from bench.suite_file import load_suite, suite_path


def main(*suites: str) -> int:
    """Write a lock file beside each suite; nothing is written unless every architecture can be counted.

    Args:
        suites: Suite files, or names of shipped suites.

    Raises:
        BenchError: A suite is wrong, an architecture cannot be built, or a file cannot be written.
    """
    if not suites:
        raise SuiteError("bench lock: name at least one suite, for example: bench lock suites/*.toml")
    texts = {lock_path(suite_path(suite)): render_lock(lock_suite(load_suite(suite))) for suite in suites}
    for path, text in texts.items():
        write_atomically(path, text.encode(), advice="the lock file lies beside its suite")
        print(f"{path}: locked")
    return DONE


def lock_suite(suite: Suite) -> Lock:
    """Count every architecture of a suite.

    Raises:
        BenchError: The dataset's geometry is not known, or an architecture cannot be built or counted.
    """
    task = geometry_of(suite)
    return {one.label: lock_architecture(one, *task) for one in suite.architectures}
