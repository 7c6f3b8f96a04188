"""Trials as runs of Weights & Biases; offline, as files in the trial's folder, where there is no key."""

from __future__ import annotations

import netrc
import os
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from bench.measurements.loggers.interface import About, scalars
from bench.measurements.loggers.memory import Memory, remember, remembered
from bench.records import EpochFacts, Status

HOST = "api.wandb.ai"

SECONDS = 30.0
"""How long an answer of the server is awaited when a trial begins."""


class WandB:
    """One run a trial, in a project a suite and a group a run; the step is the epoch."""

    run: Any
    memory: Memory

    def begin(self, about: About) -> None:
        """Go on with the run that an earlier process began, or begin one."""
        import wandb  # noqa: PLC0415 - an extra, and slow to import

        self.folder = about.folder
        self.memory = remembered(self.folder, "wandb") or Memory(id=uuid.uuid4().hex)
        self.run = wandb.init(
            project=about.suite,
            group=about.run_folder.name,
            name=about.name,
            id=self.memory.id,
            resume="allow",
            config=about.settings,
            dir=str(self.folder),
            mode=None if os.environ.get("WANDB_MODE") or _has_key() else "offline",
            # What a trial prints, and the state of the working directory, are in its record already.
            settings=wandb.Settings(
                silent=True, console="off", disable_git=True, disable_code=True, init_timeout=SECONDS
            ),
        )
        remember(self.folder, "wandb", self.memory)

    def log(self, rows: Sequence[EpochFacts]) -> None:
        """Hand over the epochs that W&B does not have."""
        for row in rows:
            if row.epoch > self.memory.epochs:
                self.run.log(scalars(row), step=row.epoch, commit=True)
                self.memory = Memory(id=self.memory.id, epochs=row.epoch)
        remember(self.folder, "wandb", self.memory)

    def end(self, status: Status, summary: Mapping[str, float]) -> None:
        """Hand over the summary and finish the run."""
        self.run.summary.update({f"summary/{name}": value for name, value in summary.items()})
        self.run.summary["status"] = status
        self.run.finish(exit_code=0 if status == "done" else 1)


def _has_key() -> bool:
    """Whether W&B can log in without asking at the terminal, where nobody may sit."""
    if os.environ.get("WANDB_API_KEY"):
        return True
    try:
        return netrc.netrc().authenticators(HOST) is not None
    except (OSError, netrc.NetrcParseError):
        return False
