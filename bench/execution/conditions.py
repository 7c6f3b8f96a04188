"""Whether a record of another run was made under the conditions that a trial would meet now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench import environment
from bench.errors import BenchError, DataError
from bench.execution.drive import FINISHED
from bench.execution.where import DeviceOf, Where
from bench.plan import Trial
from bench.records import TrialRecord
from bench.spec import Execution
from bench.world import world

REVISION = ("git_revision", "git_dirty")
"""Of the directory that the program was started in; that of the program is pinned by its code."""


class Conditions:
    """What a record must have been made under to stand for a trial of now."""

    def __init__(self, data_root: Path | None, device_of: DeviceOf) -> None:
        self._data_root, self._device_of = data_root, device_of
        self._here = _lasting(environment.describe())
        self._world = world()
        self._data: dict[str, tuple[str, tuple[str, ...]] | None] = {}
        self._devices: dict[str, Where | None] = {}

    def hold_for(self, record: TrialRecord, trial: Trial) -> bool:
        """Whether training again would give this record, but for the clock; what is cheap to know first."""
        data = record.data
        return (
            record.status in FINISHED
            and (record.trial.id, record.trial.label) == (trial.id, trial.label)
            and record.trial.memory >= trial.memory
            and _lasting(record.environment) == self._here
            and self._same_processes(record)
            and self._same_device(record, trial)
            and data is not None
            and (data.fingerprint, data.classes) == self._data_of(trial)
        )

    def _same_processes(self, record: TrialRecord) -> bool:
        """Whether as many trained it, from its first epoch to its last, on as many machines."""
        distribution, place = record.distribution, self._world
        if distribution is None or place is None:
            return distribution is None and place is None
        alike = (distribution.world_size, distribution.nodes) == (place.size, place.nodes)
        return alike and set(distribution.epochs_by_world_size) <= {place.size}

    def _same_device(self, record: TrialRecord, trial: Trial) -> bool:
        """Whether it had the device, arithmetic and threads of now, and shared the device with none."""
        choices, share = record.choices, self._world.local_size if self._world else 1
        threads = trial.execution.threads or max(1, environment.usable_cores() // share)
        if choices is None or (choices.threads, choices.exclusive) != (threads, True):
            return False
        return (choices.device, choices.device_name, choices.precision) == self._device_for(trial.execution)

    def _device_for(self, execution: Execution) -> Where | None:
        """None where there is none; that is told when the first trial is prepared."""
        key = execution.model_dump_json(include={"device", "precision"})
        if key not in self._devices:
            try:
                self._devices[key] = self._device_of(execution)
            except BenchError:
                self._devices[key] = None
        return self._devices[key]

    def _data_of(self, trial: Trial) -> tuple[str, tuple[str, ...]] | None:
        """Fingerprint and classes of what the trial would see; None where it has not been decoded here."""
        from bench.data.loading import decoded_facts  # noqa: PLC0415 - rarely needed

        key = trial.dataset.model_dump_json()
        if key not in self._data:
            try:
                facts = decoded_facts(trial.dataset, data_root=self._data_root)
            except DataError:  # is told when the data are prepared
                facts = None
            self._data[key] = None if facts is None else (facts.fingerprint, facts.classes)
        return self._data[key]


def _lasting(described: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in described.items() if key not in REVISION}
