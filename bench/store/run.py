"""A run directory: run.json, suite.toml, and a folder per trial."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import model_validator

from bench.errors import StoreError
from bench.plan import Plan, Trial
from bench.records import SCHEMA_VERSION, TrialRecord
from bench.spec import Model, Suite
from bench.store.atomic import make_folder, unfinished, write_atomically, writing
from bench.store.links import refuse_links_outside
from bench.store.sealed import read_sealed, seal
from bench.store.trial import TrialStore, sha256
from bench.suite_checks import cross_checks

RUN_FILE = "run.json"
SUITE_FILE = "suite.toml"
TRIALS_FOLDER = "trials"
MOST_IN_A_FOLDER = 5000
"""Trials; the file systems of clusters dislike folders of many more."""
SHARD = re.compile("[0-9a-f]{2}")
"""Names of the folders that hold the trials of a large run."""


class RunInfo(Model):
    """run.json: what was planned, where and with what."""

    schema_version: int = SCHEMA_VERSION
    run_id: str
    suite_name: str
    suite: Suite
    suite_sha256: str | None = None
    """Of suite.toml beside it; None in runs from before it was kept."""
    plan: Plan
    environment: dict[str, Any]
    command: tuple[str, ...] = ()
    """The command line that started the run, without paths of the machine."""
    created_at: str

    @model_validator(mode="after")
    def _suite_of_this_plan(self) -> RunInfo:
        """What is read with a suite that could not have been run is no run of this program."""
        labels = {architecture.label for architecture in self.suite.architectures}
        strangers = [trial.label for trial in self.plan if trial.label not in labels]
        problems = [
            *cross_checks(self.suite, {}),
            *(f"plan: no architecture {label!r}" for label in strangers),
        ]
        if problems:
            raise ValueError(problems[0])
        return self


def beside(folder: Path, other: Trial) -> Path:
    """Where another trial of the same run lies, on this machine or on the node of a cluster.

    Args:
        folder: Of a trial.
        other: The other one.
    """
    spread = folder.parent.parent.name == TRIALS_FOLDER
    return folder.parent.parent / other.id[:2] / other.folder if spread else folder.parent / other.folder


class Run:
    """A run directory: run.json, suite.toml, and a folder per trial."""

    def __init__(self, folder: Path, info: RunInfo) -> None:
        self.folder = folder
        self.info = info
        # Names of folders hash the whole trial, and are asked for again and again.
        self._stores: dict[int, tuple[Trial, TrialStore]] = {}

    @staticmethod
    def folder_of(runs_dir: Path, info: RunInfo) -> Path:
        """Where this run lies, or will lie."""
        return runs_dir / info.suite_name / info.run_id

    @classmethod
    def create(cls, runs_dir: Path, info: RunInfo, suite_text: str) -> Run:
        """Make the directory of this run, or take up the one that is there.

        The newest suite text is kept: titles, targets and claims may change without a new run.

        Raises:
            StoreError: What is there is damaged, or nothing can be written.
        """
        folder = cls.folder_of(runs_dir, info)
        if (folder / RUN_FILE).is_file():
            earlier = read_sealed(folder / RUN_FILE, RunInfo)
            info = info.model_copy(update={"created_at": earlier.created_at})
        info = info.model_copy(update={"suite_sha256": sha256(suite_text.encode())})
        write_atomically(folder / SUITE_FILE, suite_text.encode())
        write_atomically(folder / RUN_FILE, seal(info))
        return cls(folder, info)

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Open a run for reading.

        Raises:
            StoreError: `folder` is no run directory, one of another version, or one that leads outside.
        """
        if not (folder / RUN_FILE).is_file():
            raise StoreError(f"{folder}: not a run directory (no {RUN_FILE}); `bench list runs` shows them")
        refuse_links_outside(folder)
        return cls(folder, read_sealed(folder / RUN_FILE, RunInfo))

    @property
    def suite_text(self) -> str:
        """The suite, verbatim.

        Raises:
            StoreError: It is missing, changed, or no text.
        """
        path = self.folder / SUITE_FILE
        try:
            content = path.read_bytes()
            if self.info.suite_sha256 not in (None, sha256(content)):
                raise StoreError(f"{path}: changed since it was written; run the suite again to restore it")
            return content.decode()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise StoreError(
                f"{path}: cannot be read: {reason}; run the suite again to restore it"
            ) from error

    def trial(self, trial: Trial) -> TrialStore:
        """The folder of a trial."""
        if id(trial) not in self._stores:  # kept with the trial, so that no other one gets its id
            self._stores[id(trial)] = trial, TrialStore(self.folder / self._place(trial))
        return self._stores[id(trial)][1]

    def _place(self, trial: Trial) -> Path:
        """Below one folder for all trials; of a large run, below one of 256, since file systems slow down."""
        if len(self.info.plan) <= MOST_IN_A_FOLDER:
            return Path(TRIALS_FOLDER, trial.folder)
        return Path(TRIALS_FOLDER, trial.id[:2], trial.folder)

    def records(self) -> list[TrialRecord]:
        """Records of all trials that have one, in the order of the plan.

        Raises:
            StoreError: One of them is damaged, or of another version.
        """
        return list(self.each_record())

    def each_record(self) -> Iterator[TrialRecord]:
        """The same one by one, for runs whose records are more than memory should hold.

        Raises:
            StoreError: One of them is damaged, or of another version.
        """
        for trial in self.info.plan:
            if (record := self.trial(trial).read_record()) is not None:
                yield record

    def remove(self, trial: Trial) -> None:
        """Forget what a trial left, so that it starts afresh.

        Its empty folder stays, or is made: whoever continues this run later finds that it has begun.

        Raises:
            WriteError: Something cannot be removed.
        """
        store = self.trial(trial)
        store.forget_record()  # first: what is left of it after an interruption is no finished trial
        with writing(store.folder):
            for path in sorted(store.folder.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
            make_folder(store.folder)

    def sweep(self) -> None:
        """Remove what was being written when a process died; call while holding the lock of the run.

        Raises:
            WriteError: One of them cannot be removed.
        """
        for path in unfinished(self.folder):
            with writing(path):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
