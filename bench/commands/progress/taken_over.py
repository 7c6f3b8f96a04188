"""What is said of trials that another run has finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from bench.execution.adoption import Taken
from bench.printable import printable

IN_THE_FOLDER = "tensorboard"
"""The logger whose files lie in the folder of a trial, and are copied with it."""


def taken_over(taken: Iterable[Taken]) -> Iterator[str]:
    """One line for each run that has some, and one for loggers that are not told of them."""
    taken = list(taken)
    for run_id, count in Counter(found.run_id for found in taken).items():
        trials = "1 trial is" if count == 1 else f"{count} trials are"
        yield printable(
            f"note: {trials} taken from run {run_id}, which finished the same with the same program, "
            "libraries, machine and data; --fresh trains anew"
        )
    every = dict.fromkeys(name for found in taken for name in found.trial.execution.loggers)
    if loggers := [name for name in every if name != IN_THE_FOLDER]:
        yield f"note: {' and '.join(loggers)} will not be told of what is taken by this run"
