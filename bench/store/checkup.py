"""Look a run directory over: what in it is sound, what is damaged, and what a user should know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.errors import StoreError
from bench.finding import Finding
from bench.plan import Trial
from bench.store import generations, lock
from bench.store.atomic import unfinished
from bench.store.run import RUN_FILE, SHARD, SUITE_FILE, TRIALS_FOLDER, Run
from bench.store.trial import CHECKPOINT_FILE, RECORD_FILE, TrialStore


def examine(folder: Path, report_file: str) -> Iterator[Finding]:
    """Look at everything in a run directory; reads files, and changes none.

    Args:
        folder: A run directory; where run.json is damaged, trials are looked at without their plan.
        report_file: Name of the report, to see whether it is as new as its records.

    Raises:
        OSError: Something vanished or cannot be read.
    """
    run = None
    try:
        run = Run.open(folder)
        yield Finding("ok", RUN_FILE, f"{len(run.info.plan)} trials planned")
    except StoreError as error:
        yield Finding("broken", RUN_FILE, str(error))
    if run is not None:
        yield _suite(run)
    planned = {run.trial(trial).folder: trial for trial in run.info.plan} if run else {}
    for place in dict.fromkeys([*planned, *_left(folder)]):
        yield from _trial(place, folder, planned.get(place), known=bool(planned))
    yield from _surroundings(folder, report_file)


def _suite(run: Run) -> Finding:
    try:
        lines = len(run.suite_text.splitlines())
    except StoreError as error:
        return Finding("broken", SUITE_FILE, str(error))
    return Finding("ok", SUITE_FILE, f"{lines} lines")


def _left(run: Path) -> list[Path]:
    """Folders of trials, planned or not; those of a large run lie one level deeper."""
    found = [path for path in (run / TRIALS_FOLDER).glob("*") if path.is_dir()]
    shards = [path for path in found if SHARD.fullmatch(path.name)]
    deeper = [path for shard in shards for path in shard.glob("*") if path.is_dir()]
    return sorted({*found, *deeper} - {*shards})


def _trial(folder: Path, run: Path, trial: Trial | None, *, known: bool) -> Iterator[Finding]:
    name = folder.relative_to(run).as_posix()
    if known and trial is None:
        yield Finding("note", name, "not in the plan; the report leaves it out")
    yield _record(TrialStore(folder), trial, name)
    path = folder / CHECKPOINT_FILE
    for candidate in (path, generations.previous_of(path)):
        yield from _checkpoint(candidate, generations.checksums_of(path), f"{name}/{candidate.name}")


def _record(store: TrialStore, trial: Trial | None, name: str) -> Finding:
    subject = f"{name}/{RECORD_FILE}"
    try:
        record = store.read_record()
    except StoreError as error:
        return Finding("broken", subject, str(error))
    if record is None:
        return Finding("note", subject, "none yet; `bench run` continues this trial")
    if trial is not None and record.trial_id != trial.id:
        return Finding("broken", subject, f"it is that of trial {record.trial_id}; remove it")
    if record.status != "done":
        return Finding("note", subject, f"{record.status}: {record.reason}")
    return Finding("ok", subject, f"done, {len(record.files)} tables as they were written")


def _checkpoint(path: Path, checksums: Path, subject: str) -> Iterator[Finding]:
    try:
        state = generations.state(path, checksums)
    except OSError as error:
        yield Finding("broken", subject, f"cannot be read: {error.strerror}")
        return
    if state == "intact":
        yield Finding("ok", subject, "as it was written")
    elif state == "damaged":
        yield Finding("broken", subject, "its checksum does not hold; the other generation is used instead")
    elif state == "unknown":
        yield Finding("note", subject, "without a checksum, as earlier versions wrote it; not looked into")


def _surroundings(folder: Path, report_file: str) -> Iterator[Finding]:
    """Leftovers, the lock, the report."""
    for path in unfinished(folder):
        subject = str(path.relative_to(folder))
        yield Finding("note", subject, "its writing was cut short; the next `bench run` removes it")
    if name := lock.holder(folder):
        yield Finding("note", lock.LOCK_FILE, f"{name} is working on this run")
    report = folder / report_file
    if not report.is_file():
        yield Finding("note", report_file, f"none; `bench report {folder}` writes it")
    elif _newest_record(folder) > report.stat().st_mtime:
        yield Finding("note", report_file, f"older than a record; `bench report {folder}` renews it")
    else:
        yield Finding("ok", report_file, "as new as the records")


def _newest_record(folder: Path) -> float:
    records = (folder / TRIALS_FOLDER).rglob(RECORD_FILE)
    return max((path.stat().st_mtime for path in records), default=0.0)
