"""What planning and reporting cost, in a process of its own: processor seconds over the number of trials."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import fresh_process
from factories import architectures, document, write_run

import reports
from bench.plan import make_plan
from bench.suite_file import check_document

T = TypeVar("T")
SEEDS = 3


def measure(task: dict[str, Any]) -> dict[str, Any]:
    """Plan and render a run of `networks`, three seeds each, `epochs` long; the best of `repeats`."""
    suite = document(
        architectures=architectures(task["networks"]), claims=[], recipe={"epochs": task["epochs"]}
    )
    with tempfile.TemporaryDirectory() as folder:
        run = write_run(Path(folder), suite)
        reports.report(run)  # imports, compiled templates and packed plotly are paid once
        planning = [
            seconds(lambda: make_plan(check_document(suite, "scaling"))) for _ in range(task["repeats"])
        ]
        rendering = [seconds(lambda: reports.report(run)) for _ in range(task["repeats"])]
    return {
        "trials": SEEDS * task["networks"],
        "plan_seconds": min(planning),
        "report_seconds": min(rendering),
    }


def seconds(action: Callable[[], T]) -> float:
    """Processor seconds, which other load on the machine moves little."""
    before = time.process_time()
    action()
    return time.process_time() - before


if __name__ == "__main__":
    fresh_process.answer(measure)
