"""Folders of runs of one suite, as a project gathers them over its revisions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from factories import document, write_run

from bench.records import TrialRecord
from bench.store import Run

Edit = Callable[[TrialRecord], TrialRecord]

SMALL = document(
    recipe={"epochs": 2, "seeds": [0, 1]},
    claims=[],
    measure={"throughput": {"batch_sizes": [16, 32], "modes": ["train"]}},
)
"""Two epochs of two seeds, and throughput at two batch sizes."""


def write_revision(
    root: Path,
    day: int,
    edit: Edit = lambda record: record,
    *,
    suite: dict[str, Any] = SMALL,
    torch: str = "2.8.0",
    name: str = "example",
) -> Run:
    """One run, measured on a day of January 2026 at a revision that names the day, in a folder of its own."""

    def change(record: TrialRecord) -> TrialRecord:
        environment = {"git_revision": f"{day:02d}abcdef0123", "libraries": {"torch": torch}}
        return edit(record.model_copy(update={"finished_at": at(day), "environment": environment}))

    return write_run(root / f"day-{day:02d}", suite, change, name=name)


def at(day: int) -> str:
    """The moment at which a day's run ended."""
    return f"2026-01-{day:02d}T03:14:05+00:00"


def on(device: str) -> Edit:
    """The same on another device."""

    def edit(record: TrialRecord) -> TrialRecord:
        assert record.choices
        return record.model_copy(
            update={"choices": record.choices.model_copy(update={"device_name": device})}
        )

    return edit


def with_data(fingerprint: str) -> Edit:
    """The same on other images."""

    def edit(record: TrialRecord) -> TrialRecord:
        assert record.data
        return record.model_copy(update={"data": record.data.model_copy(update={"fingerprint": fingerprint})})

    return edit


def with_params(label: str, params: int) -> Edit:
    """The same where the code of one network has changed."""

    def edit(record: TrialRecord) -> TrialRecord:
        if record.trial.label != label:
            return record
        assert record.static
        return record.model_copy(update={"static": record.static.model_copy(update={"params": params})})

    return edit
