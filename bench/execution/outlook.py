"""What is left of a plan and what it will cost, from a few steps of each network."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from bench.data.sizes import Sizes
from bench.execution.drive import FINISHED
from bench.execution.estimate import Cost, cost
from bench.execution.local import LocalEngine, TrialFailedError
from bench.execution.rehearsal import Rehearsal
from bench.plan import Plan, Trial
from bench.store import RUN_FILE, Run

SECONDS = 12.0
"""For the steps of all networks together, about; an estimate is of use only if it is there at once."""
LONGEST, SHORTEST = 2.0, 0.3
"""Seconds for one network."""
PATIENCE = 120.0
"""Seconds after which a network counts as one that hangs."""


@dataclass(frozen=True)
class Outlook:
    """What is to be expected of one architecture."""

    label: str
    left: tuple[Trial, ...]
    """Trials that are still to be run."""
    done: int
    """Trials that an earlier run has finished."""
    cost: Cost | None = None
    found: Rehearsal | None = None
    problem: str | None = None
    """Why there is no cost, where trials are left."""


def outlooks(  # noqa: PLR0913 - all that decides what is left
    run: Run,
    plan: Plan,
    engine: LocalEngine,
    sizes: Sizes,
    *,
    fresh: bool,
    taken: Container[str] = (),
) -> Iterator[Outlook]:
    """Let each network that has trials left take a few steps.

    Args:
        run: Where results of an earlier run may lie; nothing is written there.
        plan: The trials that are wanted.
        engine: Has the worker in which networks take their steps.
        sizes: Of the dataset.
        fresh: Whether earlier results would be forgotten.
        taken: Folder names of trials that would be taken over from other runs.

    Raises:
        StoreError: An earlier run is damaged.
    """
    labels = dict.fromkeys(trial.label for trial in plan)
    seconds = min(LONGEST, max(SHORTEST, SECONDS / len(labels)))
    for label in labels:
        wanted = [trial for trial in plan if trial.label == label]
        left = tuple(
            trial for trial in wanted if fresh or not (trial.folder in taken or _is_finished(run, trial))
        )
        done = len(wanted) - len(left)
        if not left:
            yield Outlook(label, left, done)
            continue
        places = [(trial, run.trial(trial).folder) for trial in left]
        try:
            found = engine.rehearse(places, lambda _: None, seconds=seconds, time_limit=PATIENCE, fresh=fresh)
        except TrialFailedError as error:
            yield Outlook(label, left, done, problem=str(error))
        else:
            yield Outlook(label, left, done, cost(left, found, sizes), found)


def _is_finished(run: Run, trial: Trial) -> bool:
    if not (run.folder / RUN_FILE).is_file():
        return False
    record = run.trial(trial).read_record()
    return record is not None and record.status in FINISHED
