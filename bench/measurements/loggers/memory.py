"""What a logger has to remember of a trial, so that a continued one goes on where it stopped."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from bench.spec import Model
from bench.store.atomic import write_atomically

FILE = "logger-{name}.json"
"""In the folder of the trial, and gone with it."""


class Memory(Model):
    """Under which name the tool knows the trial, and how much of it."""

    id: str
    epochs: int = 0


def remembered(folder: Path, name: str) -> Memory | None:
    """What was kept; None where nothing was, or where it cannot be understood."""
    try:
        return Memory.model_validate_json((folder / FILE.format(name=name)).read_bytes())
    except (OSError, ValidationError):
        return None


def remember(folder: Path, name: str, memory: Memory) -> None:
    """Keep it.

    Raises:
        WriteError: It cannot be written.
    """
    write_atomically(folder / FILE.format(name=name), memory.model_dump_json().encode())
