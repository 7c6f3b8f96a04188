"""Scalars of each epoch in an event file, so that TensorBoard shows the curves while a trial trains."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from bench.measurements.subject import Subject
from bench.measurements.training import Training
from bench.records import EpochFacts
from bench.store.atomic import make_folder, writing

PATTERN = "events.out.tfevents.*"

TAGS = {
    "train_loss": "loss/train", "validation_loss": "loss/validation", "test_loss": "loss/test",
    "train_accuracy": "accuracy/train", "validation_accuracy": "accuracy/validation",
    "test_accuracy": "accuracy/test",
    "learning_rate": "learning_rate", "train_images_per_second": "train_images_per_second",
}  # fmt: skip
"""Columns of epochs.csv, and where TensorBoard shows them."""


def start(subject: Subject) -> EventFile:
    """An event file in the folder of the trial."""
    return EventFile(subject.store.folder, subject.training)


@dataclass
class EventFile:
    """Takes in what the history holds and the file does not; the step is the epoch."""

    folder: Path
    training: Training
    path: Path | None = None
    written: int = field(default=0)
    """Epochs in the file."""

    def __call__(self, epochs: int) -> None:
        """Write the epochs up to now; the first time, all of them, in place of what an earlier process left.

        TensorBoard's relative time is that of training alone, evaluation excluded.

        Raises:
            WriteError: The file cannot be written.
        """
        with writing(self.folder):
            self._add(epochs)

    def _add(self, epochs: int) -> None:
        if self.path is None:
            self.path = self._begin()
        rows, self.written = self.training.history[self.written : epochs], epochs
        now, left = time.time(), sum(row.train_seconds for row in rows)
        events = []
        for row in rows:
            left -= row.train_seconds
            events.append(Event(wall_time=now - left, step=row.epoch, summary=_summary(row)))
        _append(self.path, events)

    def _begin(self) -> Path:
        for earlier in self.folder.glob(PATTERN):
            earlier.unlink()
        make_folder(self.folder)
        path = self.folder / PATTERN.replace("*", f"{int(time.time())}.bench")
        _append(path, [Event(wall_time=time.time(), file_version="brain.Event:2")])
        return path


def _summary(row: EpochFacts) -> Summary:
    values = {tag: getattr(row, column) for column, tag in TAGS.items()}
    return Summary(
        value=[
            Summary.Value(tag=tag, simple_value=value) for tag, value in values.items() if value is not None
        ]
    )


def _append(path: Path, events: Iterable[Event]) -> None:
    with path.open("ab") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString())
