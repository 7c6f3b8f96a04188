"""Checkpoints: tensors and plain values only, written atomically, loaded without running code."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import torch

from bench.errors import StoreError

VERSION = 1
FILE = "checkpoint.pt"
"""Its name in a trial's folder."""


def save(path: Path, trial_id: str, state: dict[str, Any]) -> None:
    """Write the state after an epoch; a crash at any moment leaves the previous checkpoint or this one.

    Args:
        path: Where to.
        trial_id: Whose state it is.
        state: Tensors, numbers, text, and lists and dicts of them.

    Raises:
        StoreError: It cannot be written; the previous one is intact.
    """
    content = {"version": VERSION, "trial_id": trial_id, **state}
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StoreError(
            f"{path}: cannot be written: {error.strerror}; free space or choose --runs-dir"
        ) from error


def load(path: Path, trial_id: str) -> dict[str, Any] | None:
    """Read a checkpoint of this very trial; None when there is none.

    Raises:
        StoreError: It is damaged, of another version or of another trial, or holds more than plain values.
    """
    if not path.is_file():
        return None
    content = read(path, "remove it to train from the start")
    if content["trial_id"] != trial_id:
        raise StoreError(f"{path}: checkpoint of another trial; remove it to train from the start")
    return content


def read(path: Path, advice: str) -> dict[str, Any]:
    """Read a checkpoint of any trial.

    Args:
        path: Where it is.
        advice: What to do when it cannot be used; ends the message.

    Raises:
        StoreError: It is missing or damaged, of another version, or holds more than plain values.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise StoreError(f"{path}: damaged checkpoint ({reason}); {advice}") from error
    if not isinstance(content, dict) or content.get("version") != VERSION or "trial_id" not in content:
        raise StoreError(f"{path}: checkpoint of another version, or no checkpoint of this program; {advice}")
    return content
