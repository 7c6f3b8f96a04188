"""Checkpoints: tensors and plain values only, written atomically, loaded without running code."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, cast

import torch
from torch import Tensor

from bench.errors import StoreError
from bench.store import generations

VERSION = 1

ADVICE = "remove it to train from the start"


class DamagedError(StoreError):
    """A checkpoint is not what was written."""


def save(path: Path, trial_id: str, state: dict[str, Any]) -> None:
    """Write the state after an epoch; a crash at any moment leaves the previous checkpoint or this one.

    Args:
        path: Where to.
        trial_id: Whose state it is.
        state: Tensors, numbers, text, and lists and dicts of them.

    Raises:
        WriteError: It cannot be written or not be read back; the previous one is intact.
        StoreError: The network keeps state that could not be read without running code.
    """
    _refuse_code(path, state.get("model", {}))
    content = {"version": VERSION, "trial_id": trial_id, **state}
    generations.write(path, lambda sink: torch.save(content, cast("IO[bytes]", sink)))


def load(path: Path, trial_id: str, tell: Callable[[str], None]) -> dict[str, Any] | None:
    """Read the newest checkpoint of this very trial that is not damaged; None when there is none.

    Args:
        path: Of the newest; the one before lies beside it.
        trial_id: Whose state it must be.
        tell: Takes a message for the user, where an earlier one has to do.

    Raises:
        StoreError: All are damaged, or one is of another version or trial.
    """
    damaged: DamagedError | None = None
    for candidate in (path, generations.previous_of(path)):
        if not candidate.is_file():
            continue
        try:
            content = read(candidate, ADVICE, generations.checksums_of(path))
        except DamagedError as error:
            damaged = damaged or error
            continue
        if content["trial_id"] != trial_id:
            raise StoreError(f"{candidate}: checkpoint of another trial; {ADVICE}")
        if candidate != path:
            what = "damaged" if damaged else "missing"
            tell(f"{path}: {what}; continued from the checkpoint before it, epoch {len(content['history'])}")
        return content
    if damaged is not None:
        raise damaged
    return None


def read(path: Path, advice: str, checksums: Path | None = None) -> dict[str, Any]:
    """Read a checkpoint of any trial.

    Args:
        path: Where it is.
        advice: What to do when it cannot be used; ends the message.
        checksums: Where its checksum is, if it has one.

    Raises:
        DamagedError: It is missing or damaged, or holds more than tensors and plain values.
        StoreError: It is of another version.
    """
    try:
        if checksums is not None:
            _refuse_other_content(path, checksums)
        _refuse_compressed(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file may raise anything
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DamagedError(f"{path}: damaged checkpoint ({reason}); {advice}") from error
    if not isinstance(content, dict) or content.get("version") != VERSION or "trial_id" not in content:
        raise StoreError(f"{path}: checkpoint of another version, or no checkpoint of this program; {advice}")
    return content


def _refuse_code(path: Path, state: Mapping[str, Any]) -> None:
    """Raises StoreError for what modules keep beside tensors, where `read` would refuse it."""
    for name, value in state.items():
        if isinstance(value, Tensor):
            continue
        written = io.BytesIO()
        try:
            torch.save(value, written)
            written.seek(0)
            torch.load(written, weights_only=True)
        except Exception as error:  # what it holds may raise anything
            raise StoreError(
                f"{path}: {name} is of a kind that cannot be read back without running code, so that no "
                "checkpoint can be written; let get_extra_state return tensors, numbers and text alone"
            ) from error


def _refuse_other_content(path: Path, checksums: Path) -> None:
    """Raises ValueError for a file that is not what was written."""
    if generations.state(path, checksums) == "damaged":
        msg = "its checksum does not hold"
        raise ValueError(msg)


def _refuse_compressed(path: Path) -> None:
    """Raises ValueError where members are larger than the file that holds them.

    Tensors are stored as they are; compressed ones could unpack to more than the memory holds.
    """
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > path.stat().st_size:
            msg = "it unpacks to more than its size"
            raise ValueError(msg)
