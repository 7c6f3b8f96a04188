"""Trials that another run of the same suite has finished are taken over instead of being trained again.

One seed or one architecture more makes another run, whose trials are mostly those of the run before, with the
same ids. If program, libraries, machine and data are the same too, training them again would repeat them.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple

from bench.errors import StoreError, WriteError
from bench.execution.conditions import Conditions
from bench.execution.run_log import LOGGER
from bench.execution.where import DeviceOf
from bench.pinning import sha256_of
from bench.plan import Plan, Trial
from bench.records import TrialRecord
from bench.store import CHECKPOINT_FILE, Run, TrialStore
from bench.store.copying import copy_trial, left_by_others
from bench.store.links import refuse_links_outside

LIBRARIES = ("torchvision:", "timm:")
"""Beginnings of names whose code the versions of the environment pin."""


class Taken(NamedTuple):
    """A trial that is there already, and where."""

    trial: Trial
    run_id: str
    folder: Path


def adoptable(run: Run, plan: Plan, data_root: Path | None, device_of: DeviceOf) -> list[Taken]:
    """Find finished results of trials that this run has not begun.

    On a Ray cluster there are none: which machine a trial gets is not known before it starts.

    Args:
        run: The run that wants them.
        plan: Its trials that are wanted.
        data_root: Where datasets are looked for first.
        device_of: Says what device trials would have now.
    """
    if run.info.suite.execution.engine == "ray":
        return []
    added = {entry.name for entry in entry_points(group="archbench.architectures")}
    wanted = {
        trial.folder: trial
        for trial in plan
        if _is_pinned(trial, added) and not run.trial(trial).folder.exists()
    }
    others = left_by_others(run, wanted) if wanted else {}
    search = _Search(run, others, Conditions(data_root, device_of))
    for trial in wanted.values():
        search.look_for(trial)
    return list(search.found.values())


def adopt(run: Run, plan: Plan, data_root: Path | None, device_of: DeviceOf) -> list[Taken]:
    """Copy what `adoptable` finds into the run; the other run keeps what is its own.

    Raises:
        WriteError: It cannot be written; what was copied before is complete.
    """
    adopted: list[Taken] = []
    for found in adoptable(run, plan, data_root, device_of):
        origin = found.trial.origin
        if (origin is None or run.trial(origin).folder.exists()) and _adopted(run, found):
            adopted.append(found)
    return adopted


def _adopted(run: Run, found: Taken) -> bool:
    try:
        copy_trial(found.folder, run.trial(found.trial).folder, found.run_id)
    except WriteError:
        raise
    except StoreError as error:
        LOGGER.warning("%s; it is trained again", error)
        return False
    facts = {"label": found.trial.label, "seed": found.trial.seed, "trial_id": found.trial.id}
    LOGGER.info("trial taken from run %s", found.run_id, extra={"facts": facts})
    return True


def _is_pinned(trial: Trial, added: Container[str]) -> bool:
    """Whether the environment says which code this is; that of a plug-in or of the user may have changed."""
    if trial.origin is not None and not _is_pinned(trial.origin, added):
        return False
    name = trial.architecture
    return name.startswith(LIBRARIES) if ":" in name else name not in added


class _Search:
    """Looks for one trial after the other, in the order of the plan."""

    def __init__(
        self, run: Run, others: Mapping[str, list[tuple[str, Path]]], conditions: Conditions
    ) -> None:
        self._run, self._others, self._conditions = run, others, conditions
        self._origins = {trial.origin.folder for trial in run.info.plan if trial.origin}
        self._digests: dict[Path, str | None] = {}
        self.found: dict[str, Taken] = {}
        """What was found, by the name of its folder."""

    def look_for(self, trial: Trial) -> None:
        """Take the first that fits."""
        for run_id, folder in self._others.get(trial.folder, ()):
            if self._fits(trial, folder):
                self.found[trial.folder] = Taken(trial, run_id, folder)
                return

    def _fits(self, trial: Trial, folder: Path) -> bool:
        try:
            refuse_links_outside(folder)
            record = TrialStore(folder).read_record()
            return record is not None and self._stands_for(record, trial, folder)
        except (StoreError, OSError) as error:
            LOGGER.warning("%s; it is not taken over", error)
            return False

    def _stands_for(self, record: TrialRecord, trial: Trial, folder: Path) -> bool:
        if trial.folder in self._origins and not (folder / CHECKPOINT_FILE).is_file():
            return False  # others start from it
        return self._conditions.hold_for(record, trial) and self._same_start(record, trial)

    def _same_start(self, record: TrialRecord, trial: Trial) -> bool:
        """Whether it started from the very checkpoint that it would start from in this run."""
        if trial.origin is None:
            return True
        taken = self.found.get(trial.origin.folder)
        path = (taken.folder if taken else self._run.trial(trial.origin).folder) / CHECKPOINT_FILE
        if path not in self._digests:
            self._digests[path] = sha256_of(path) if path.is_file() else None
        digest = self._digests[path]
        return (
            digest is not None and record.initial is not None and record.initial.checkpoint_sha256 == digest
        )
