"""Trials as MLflow runs: on the server of $MLFLOW_TRACKING_URI, else in a file of the run directory."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from bench.measurements.loggers.interface import About, scalars, wall_times
from bench.measurements.loggers.memory import Memory, remember, remembered
from bench.records import EpochFacts, Status

STORE_FILE = "mlflow.db"
"""In the run directory; `mlflow ui --backend-store-uri sqlite:///runs/SUITE/ID/mlflow.db` shows it."""

IMPATIENT = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "15"}
"""A server that is gone must not hold a training up for the minutes that MLflow would wait by default."""

MOST_METRICS = 1000
"""MLflow takes no more at a time."""

LONGEST = 500
"""Characters of a parameter's value that every version takes."""

ABSENT = "RESOURCE_DOES_NOT_EXIST"

STATUSES: Mapping[Status, str] = {"done": "FINISHED", "interrupted": "KILLED"}
"""What MLflow calls the end of a trial; any other is FAILED."""


class MLflow:
    """One MLflow run a trial, in an experiment a suite; the step is the epoch."""

    client: Any
    memory: Memory

    def begin(self, about: About) -> None:
        """Go on with the run that an earlier process began, or begin one."""
        from mlflow import MlflowClient  # noqa: PLC0415 - an extra, and slow to import

        for name, value in IMPATIENT.items():
            os.environ.setdefault(name, value)
        self.folder = about.folder
        server = os.environ.get("MLFLOW_TRACKING_URI")
        store = (about.run_folder / STORE_FILE).absolute()
        self.client = MlflowClient(tracking_uri=server or f"sqlite:///{store.as_posix()}")
        known = remembered(self.folder, "mlflow")
        if known and self._exists(known.id):
            self.memory = known
            self.client.update_run(known.id, status="RUNNING")
            return
        place = None if server else store.with_name("mlartifacts").as_uri()
        run = self.client.create_run(
            self._experiment(about.suite, place), run_name=about.name, tags=_tags(about)
        )
        self.memory = Memory(id=run.info.run_id)
        remember(self.folder, "mlflow", self.memory)
        for key, value in about.settings.items():
            self.client.log_param(self.memory.id, key, value[:LONGEST])

    def log(self, rows: Sequence[EpochFacts]) -> None:
        """Send the epochs that MLflow does not have."""
        from mlflow.entities import Metric  # noqa: PLC0415

        new = [one for one in wall_times(rows) if one[0].epoch > self.memory.epochs]
        metrics = [
            Metric(tag, value, round(1000 * when), row.epoch)
            for row, when in new
            for tag, value in scalars(row).items()
        ]
        for some in _portions(metrics):
            self.client.log_batch(self.memory.id, metrics=some)
        if new:
            self.memory = Memory(id=self.memory.id, epochs=new[-1][0].epoch)
            remember(self.folder, "mlflow", self.memory)

    def end(self, status: Status, summary: Mapping[str, float]) -> None:
        """Send the summary and end the run."""
        for name, value in summary.items():
            self.client.log_metric(self.memory.id, f"summary/{name}", value)
        self.client.set_tag(self.memory.id, "archbench.status", status)
        self.client.set_terminated(self.memory.id, STATUSES.get(status, "FAILED"))

    def _exists(self, run_id: str) -> bool:
        """Whether the store knows a run; another server than last time does not."""
        from mlflow.exceptions import MlflowException  # noqa: PLC0415

        try:
            return bool(self.client.get_run(run_id).info.lifecycle_stage == "active")
        except MlflowException as error:
            if error.error_code != ABSENT:
                raise
            return False

    def _experiment(self, name: str, place: str | None) -> str:
        from mlflow.exceptions import MlflowException  # noqa: PLC0415

        found = self.client.get_experiment_by_name(name)
        if found is None:
            try:
                return str(self.client.create_experiment(name, place))
            except MlflowException:  # another trial of the suite was first
                found = self.client.get_experiment_by_name(name)
                if found is None:
                    raise
        return str(found.experiment_id)


def _tags(about: About) -> dict[str, str]:
    return {
        "archbench.trial": about.trial.id,
        "archbench.run": about.run_folder.name,
        "archbench.label": about.trial.label,
        "archbench.seed": str(about.trial.seed),
    }


def _portions(metrics: list[Any]) -> list[list[Any]]:
    return [metrics[start : start + MOST_METRICS] for start in range(0, len(metrics), MOST_METRICS)]
