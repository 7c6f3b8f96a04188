"""What is said of trials that another run has finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from bench.execution.adoption import Taken


def taken_over(taken: Iterable[Taken]) -> Iterator[str]:
    """One line for each run that has some."""
    for run_id, count in Counter(found.run_id for found in taken).items():
        trials = "1 trial is" if count == 1 else f"{count} trials are"
        yield (
            f"note: {trials} taken from run {run_id}, which finished the same with the same program, "
            "libraries, machine and data; --fresh trains anew"
        )
