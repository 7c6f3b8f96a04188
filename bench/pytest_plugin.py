"""The pytest face of `bench check`: `def test_params(bench_lock): bench_lock.check("my_suite.toml")`."""

from __future__ import annotations

from pathlib import Path

import pytest


class BenchLock:
    """Compares suites with their lock files inside a test."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders

    def check(self, *suites: str) -> None:
        """Fail the test if a count differs from its lock, with the table that `bench check` prints.

        Args:
            suites: Suite files, relative to the test's own folder or to pytest's root folder, or names of
                shipped suites.

        Raises:
            bench.errors.BenchError: A suite or a lock file cannot be read.
        """
        __tracebackhide__ = True
        # Torch is imported when a test asks for a check, not in every test session.
        from bench.commands.check import check  # noqa: PLC0415
        from bench.locks.formats import render  # noqa: PLC0415

        outcome = check(*map(self._resolve, suites))
        if not outcome.passed:
            pytest.fail(render(outcome, "md"), pytrace=False)

    def _resolve(self, suite: str) -> str:
        places = (folder / suite for folder in self._folders)
        return str(next((place for place in places if place.is_file()), suite))


@pytest.fixture
def bench_lock(request: pytest.FixtureRequest) -> BenchLock:
    """Guard params, MACs and activations of a suite's architectures: see `BenchLock.check`."""
    return BenchLock(request.path.parent, request.config.rootpath)
