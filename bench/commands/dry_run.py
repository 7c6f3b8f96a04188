"""`bench run --dry-run`: the plan, and an estimate of what is left of it from a few steps of each network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from bench.commands.grid import grid
from bench.commands.job import Job
from bench.commands.progress.taken_over import taken_over
from bench.commands.progress.wording import duration
from bench.data.sizes import Sizes, sizes
from bench.errors import DONE, SOME_TRIALS_FAILED
from bench.execution.adoption import adoptable
from bench.execution.estimate import NOTHING, Span
from bench.execution.local import LocalEngine
from bench.execution.outlook import Outlook, outlooks
from bench.printable import printable
from bench.store import Run

COLUMNS = ("architecture", "trials", "epochs", "training", "measuring", "memory", "disk")


def dry_run(  # noqa: PLR0913 - each is a choice of its own
    job: Job,
    engine: LocalEngine,
    *,
    data_root: Path | None,
    runs_dir: Path,
    fresh: bool,
    console: Console,
) -> int:
    """Print the plan and the estimate.

    Args:
        job: What would be run.
        engine: Has the worker in which networks take their steps.
        data_root: Where datasets are looked for first.
        runs_dir: Where an earlier run of the same job may lie.
        fresh: Whether earlier results would be forgotten.
        console: Takes the tables.

    Returns:
        0, or 4 when a network failed.

    Raises:
        StoreError: An earlier run is damaged.
        DataError: The data are broken, or are not there and nothing is known of them.
    """
    plan = job.chosen
    headers = ("trial", "architecture", "seed", "epochs", "batch size", "id")
    rows = (
        (trial.label, trial.architecture, trial.seed, trial.recipe.epochs, trial.recipe.batch_size, trial.id)
        for trial in plan
    )
    console.print(grid(headers, rows, title=_trials(len(plan))))
    known = sizes(job.info.suite.dataset, data_root)
    run = Run(Run.folder_of(runs_dir, job.info), job.info)
    taken = [] if fresh else adoptable(run, plan, data_root, engine.where)
    ahead = list(
        outlooks(run, plan, engine, known, fresh=fresh, taken={found.trial.folder for found in taken})
    )
    console.print(grid(COLUMNS, map(_row, ahead), title="Left to do, estimated"))
    for line in (*taken_over(taken), *_lines(ahead, known, runs_dir)):
        console.print(printable(line), highlight=False, markup=False, soft_wrap=True)
    return SOME_TRIALS_FAILED if any(one.problem for one in ahead) else DONE


def _row(one: Outlook) -> tuple[object, ...]:
    if one.cost is None:
        return one.label, len(one.left), "", "fails" if one.problem else "done", "", "", ""
    return (
        one.label, one.cost.trials, one.cost.epochs, _times(one.cost.training), _times(one.cost.measuring),
        _bytes(one.cost.memory.high), _bytes(one.cost.disk),
    )  # fmt: skip


def _lines(ahead: list[Outlook], known: Sizes, runs_dir: Path) -> Iterator[str]:
    for one in ahead:
        if one.problem:
            yield f"{one.label} fails: {one.problem}"
    costs = [one.cost for one in ahead if one.cost]
    if costs:
        seconds = sum((one.seconds for one in costs), NOTHING)
        kept = sum(one.done for one in ahead)
        before = f"; {kept} finished before and left out" if kept else ""
        yield f"in all: {_times(seconds)} for {_trials(sum(one.trials for one in costs))}{before}"
        decoding = 0 if known.decoded else known.stored_bytes
        disk = sum(one.disk for one in costs) + max(one.checkpoint for one in costs)
        free = _free(runs_dir)
        yield (
            f"memory: up to {_bytes(max(one.memory.high for one in costs))} in use; disk: {_bytes(disk)} of "
            f"{_bytes(free)} free" + (f", and {_bytes(decoding)} for decoded images" if decoding else "")
        )
        if disk > free:
            yield "note: that is more than is free"
    yield from _notes(ahead)
    if not known.here:
        yield "note: the data are not on this machine yet; their usual size is assumed"
    elif not (known.train and known.test):
        yield "note: how many images there are is not known before they are decoded, so they are left out"


def _notes(ahead: list[Outlook]) -> Iterator[str]:
    """How the estimate was made, and what it does not hold."""
    found = [one.found for one in ahead if one.found]
    if not found:
        return
    fewest = min(one.steps for one in found)
    yield (
        f"An estimate from {fewest} or more steps of each network on images of noise ({found[0].device}), "
        "without compiling, downloads, decoding and the start of the program; whatever else the machine does "
        "makes it longer."
    )
    for one in ahead:
        if one.cost is None or one.found is None:
            continue
        trial = one.left[0]
        if one.found.batch_size < trial.recipe.batch_size:
            size = one.found.batch_size
            yield f"note: {one.label}: from steps of {size} images, since those of a whole batch take long"
        limit = trial.execution.time_limit
        if limit is not None and one.cost.seconds.high / one.cost.trials > limit:
            yield f"note: {one.label}: a trial may reach its time limit of {limit:g} s"
        if any(left.largest_batch for left in one.left):
            yield f"note: {one.label}: the search for the largest batch is not in the estimate"


def _free(folder: Path) -> int:
    """Bytes that are free where a folder is or will be."""
    place = folder.absolute()
    return shutil.disk_usage(next(one for one in (place, *place.parents) if one.exists())).free


def _trials(count: int) -> str:
    return f"{count} {'trial' if count == 1 else 'trials'}"


def _times(span: Span) -> str:
    low, high = duration(span.low), duration(span.high)
    return low if low == high else f"{low} to {high}"


def _bytes(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            break
        count /= 1000
    return f"{count:.3g} {unit}"
