"""Trials that another run of the same suite has finished are taken over instead of being trained again.

One seed or one architecture more makes another run, whose trials are mostly those of the run before, with the
same ids. If program, libraries, machine and data are the same too, training them again would repeat them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NamedTuple

from bench import environment
from bench.errors import DataError, StoreError, WriteError
from bench.execution.drive import FINISHED
from bench.execution.run_log import LOGGER
from bench.plan import Plan, Trial
from bench.records import TrialRecord
from bench.store import RUN_FILE, Run, TrialStore, places
from bench.store.atomic import PART, flush_folder, replacing, writing
from bench.store.links import refuse_links_outside
from bench.world import world

LIBRARIES = ("torchvision:", "timm:")
"""Beginnings of names whose code the versions of the environment pin."""

REVISION = ("git_revision", "git_dirty")
"""Of the directory that the program was started in; that of the program is pinned by its code."""


class Taken(NamedTuple):
    """A trial that is there already, and where."""

    trial: Trial
    run_id: str
    folder: Path


def adoptable(run: Run, plan: Plan, data_root: Path | None) -> list[Taken]:
    """Find finished results of trials that this run has not begun.

    Args:
        run: The run that wants them.
        plan: Its trials that are wanted.
        data_root: Where datasets are looked for first.
    """
    others = _others(run)
    missing = [
        trial for trial in plan if others and _is_pinned(trial) and not run.trial(trial).folder.exists()
    ]
    conditions = _Conditions(data_root)
    return [found for trial in missing if (found := _find(trial, others, conditions)) is not None]


def adopt(run: Run, plan: Plan, data_root: Path | None) -> list[Taken]:
    """Copy what `adoptable` finds into the run; the other run keeps what is its own.

    Raises:
        WriteError: It cannot be written; what was copied before is complete.
    """
    return [found for found in adoptable(run, plan, data_root) if _adopted(run, found)]


def _adopted(run: Run, found: Taken) -> bool:
    try:
        _copy(found.folder, run.trial(found.trial).folder)
    except WriteError:
        raise
    except StoreError as error:
        LOGGER.warning("%s; it is trained again", error)
        return False
    facts = {"label": found.trial.label, "seed": found.trial.seed, "trial_id": found.trial.id}
    LOGGER.info("trial taken from run %s", found.run_id, extra={"facts": facts})
    return True


class _Conditions:
    """What a record must have been made under to stand for a trial of now."""

    def __init__(self, data_root: Path | None) -> None:
        self._data_root = data_root
        self._here = _lasting(environment.describe())
        self._processes = place.size if (place := world()) else 1
        self._fingerprints: dict[str, str | None] = {}

    def hold_for(self, record: TrialRecord, trial: Trial) -> bool:
        """Whether training again would give this record, but for the clock."""
        distribution = record.distribution
        return (
            record.status in FINISHED
            and (record.trial.id, record.trial.label) == (trial.id, trial.label)
            and record.trial.memory >= trial.memory
            and _lasting(record.environment) == self._here
            and (distribution.world_size if distribution else 1) == self._processes
            and record.data is not None
            and record.data.fingerprint == self._fingerprint(trial)
        )

    def _fingerprint(self, trial: Trial) -> str | None:
        """Of the images that the trial would see; None where they have not been decoded here."""
        from bench.data.loading import decoded_fingerprint  # noqa: PLC0415 - rarely needed

        key = trial.dataset.model_dump_json()
        if key not in self._fingerprints:
            try:
                self._fingerprints[key] = decoded_fingerprint(trial.dataset, data_root=self._data_root)
            except DataError:  # is told when the data are prepared
                self._fingerprints[key] = None
        return self._fingerprints[key]


def _lasting(described: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in described.items() if key not in REVISION}


def _is_pinned(trial: Trial) -> bool:
    """Whether the environment says which code this is; that of a plug-in or of the user may have changed."""
    name = trial.architecture
    if ":" in name:
        return name.startswith(LIBRARIES)
    return name not in {entry.name for entry in entry_points(group="archbench.architectures")}


def _others(run: Run) -> list[Path]:
    """Other runs of the suite, the newest first."""
    files = [file for file in run.folder.parent.glob(f"*/{RUN_FILE}") if file.parent.name != run.folder.name]
    return [file.parent for file in sorted(files, key=_age)]


def _age(file: Path) -> tuple[float, str]:
    try:
        return -file.stat().st_mtime, file.parent.name
    except OSError:  # gone, or not to be read
        return 0.0, file.parent.name


def _find(trial: Trial, others: list[Path], conditions: _Conditions) -> Taken | None:
    for other, folder in _candidates(trial, others):
        try:
            refuse_links_outside(folder)
            record = TrialStore(folder).read_record()
        except (StoreError, OSError) as error:
            LOGGER.warning("%s; it is not taken over", error)
            continue
        if record is not None and conditions.hold_for(record, trial):
            return Taken(trial, other.name, folder)
    return None


def _candidates(trial: Trial, others: list[Path]) -> Iterator[tuple[Path, Path]]:
    for other in others:
        for place in places(trial):
            if (other / place).is_dir():
                yield other, other / place


def _copy(source: Path, target: Path) -> None:
    """Copy a trial, as a whole or not at all.

    Raises:
        StoreError: It cannot be read, or changed meanwhile.
        WriteError: It cannot be written.
    """
    building = target.with_name(f".{target.name}.{os.getpid()}{PART}")
    try:
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            _copy_file(file, building / file.relative_to(source))
        if TrialStore(building).read_record() is None:
            raise StoreError(f"{source}: its record has gone")
        with writing(target):
            building.replace(target)
            flush_folder(target.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _copy_file(source: Path, target: Path) -> None:
    try:
        content = source.open("rb")
    except OSError as error:
        raise StoreError(f"{source}: cannot be read: {error.strerror}") from error
    with content, writing(target), replacing(target) as file:
        shutil.copyfileobj(content, file)
