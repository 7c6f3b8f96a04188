"""Writes what happens in a run into its log."""

from __future__ import annotations

import logging
from typing import Any

from typing_extensions import override

from bench.execution.drive import Watcher
from bench.execution.messages import Message
from bench.execution.run_log import LOGGER
from bench.plan import Trial
from bench.records import TrialRecord

LEVELS = {"done": logging.INFO, "interrupted": logging.INFO, "diverged": logging.WARNING}
"""Of the end of a trial, by its status; any other is an error."""


class Journal(Watcher):
    """One line for each thing that one may want to know later; steps of an epoch are too many."""

    def __init__(self) -> None:
        self._ongoing: dict[str | None, dict[str, Any]] = {}

    @override
    def start(self, trial: Trial) -> None:
        self._ongoing[trial.folder] = {"label": trial.label, "seed": trial.seed, "trial_id": trial.id}
        self._log("trial started", trial.folder)

    @override
    def skip(self, trial: Trial, record: TrialRecord) -> None:
        facts = {"label": trial.label, "seed": trial.seed, "trial_id": trial.id}
        LOGGER.info("trial kept", extra={"facts": {**facts, "status": record.status}})

    @override
    def finish(self, trial: Trial, record: TrialRecord) -> None:
        level = LEVELS.get(record.status, logging.ERROR)
        self._log("trial ended", trial.folder, level, status=record.status, reason=record.reason)
        self._ongoing.pop(trial.folder, None)

    @override
    def event(self, event: Message) -> None:
        content = {key: value for key, value in event.items() if key not in ("kind", "trial")}
        folder = event.get("trial")
        if event["kind"] == "log":
            name, level = content.pop("logger"), content.pop("level")
            facts = self._ongoing.get(folder, {})
            logging.getLogger(name).log(level, "%s", content.pop("text"), extra={"facts": facts})
        elif event["kind"] == "notice":
            self._log(content["text"], folder, logging.WARNING)
        elif event["kind"] in ("epoch", "stage"):
            self._log(event["kind"], folder, **content)

    def _log(self, message: str, folder: str | None, level: int = logging.INFO, **facts: object) -> None:
        known = self._ongoing.get(folder, {})
        LOGGER.log(level, "%s", message, extra={"facts": {**known, **facts}})
