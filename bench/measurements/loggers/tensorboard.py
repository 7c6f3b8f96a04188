"""Scalars of each epoch in an event file, so that TensorBoard shows the curves while a trial trains."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.record_writer import RecordWriter

from bench.measurements.loggers.interface import About, scalars, wall_times
from bench.records import EpochFacts, Status
from bench.store.atomic import make_folder, writing

PATTERN = "events.out.tfevents.*"


class TensorBoard:
    """One event file in the folder of the trial; the step is the epoch."""

    path: Path

    def begin(self, about: About) -> None:
        """Start a file in place of what an earlier process left; it begins with the hyperparameters.

        Raises:
            WriteError: The file cannot be written.
        """
        now = time.time()
        with writing(about.folder):
            for earlier in about.folder.glob(PATTERN):
                earlier.unlink()
            make_folder(about.folder)
            self.path = about.folder / PATTERN.replace("*", f"{int(now)}.bench")
            values = {name: _number(text) for name, text in about.settings.items()}
            settings = hparams_pb(values, trial_id=about.trial.id, start_time_secs=now)
            head = Event(wall_time=now, file_version="brain.Event:2")
            _append(self.path, [head, Event(wall_time=now, summary=settings)])
        self.last = 0

    def log(self, rows: Sequence[EpochFacts]) -> None:
        """Write epochs; the time between two is that of training alone, evaluation excluded.

        Raises:
            WriteError: The file cannot be written.
        """
        events = [
            Event(wall_time=when, step=row.epoch, summary=_summary(scalars(row)))
            for row, when in wall_times(rows)
        ]
        with writing(self.path):
            _append(self.path, events)
        self.last = rows[-1].epoch if rows else self.last

    def end(self, status: Status, summary: Mapping[str, float]) -> None:
        """Write figures to sort trials by, and how the trial ended.

        Raises:
            WriteError: The file cannot be written.
        """
        now = time.time()
        figures = _summary({f"summary/{name}": value for name, value in summary.items()})
        with writing(self.path):
            _append(self.path, [
                Event(wall_time=now, step=self.last, summary=figures),
                Event(wall_time=now, summary=_ended(status, now)),
            ])  # fmt: skip


def _summary(values: Mapping[str, float]) -> Summary:
    return Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])


def _number(text: str) -> str | float:
    """A number where the text is one, so that the HParams tab can sort by it."""
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _ended(status: Status, when: float) -> Summary:
    """As the HParams plug-in wants to be told of the end of a session."""
    state = api_pb2.Status.Value("STATUS_SUCCESS" if status == "done" else "STATUS_FAILURE")
    info = plugin_data_pb2.SessionEndInfo(status=state, end_time_secs=when)
    data = plugin_data_pb2.HParamsPluginData(session_end_info=info)
    return Summary(
        value=[
            Summary.Value(
                tag=metadata.SESSION_END_INFO_TAG,
                metadata=metadata.create_summary_metadata(data),
                tensor=metadata.NULL_TENSOR,
            )
        ]
    )


def _append(path: Path, events: Iterable[Event]) -> None:
    with path.open("ab") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString())
