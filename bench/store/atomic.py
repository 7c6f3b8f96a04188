"""Replace files in one step: whenever the power fails, there is the old or the new one, never a part."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from bench.errors import WriteError

PART = ".part"
"""Ending of a file that is being written; what a killed process leaves has it, too."""

ADVICE = "free space, or keep the run elsewhere (`bench run --runs-dir`)"


def write_atomically(path: Path, content: bytes, advice: str = ADVICE) -> None:
    """Write a file in one step.

    Raises:
        WriteError: It cannot be written; what was there before is intact.
    """
    with writing(path, advice), replacing(path) as file:
        file.write(content)


@contextmanager
def writing(path: Path, advice: str = ADVICE) -> Iterator[None]:
    """Say clearly what cannot be written: a full disk, a missing permission, a folder that vanished.

    Raises:
        WriteError: In place of any OSError inside.
    """
    try:
        yield
    except OSError as error:
        raise WriteError(f"{path}: cannot be written: {error.strerror or error}; {advice}") from error


@contextmanager
def replacing(path: Path, check: Callable[[Path], None] | None = None) -> Iterator[BinaryIO]:
    """A file beside `path` that takes its place, durably, when the block ends without an error.

    Args:
        path: What is replaced; missing folders are made.
        check: Called with the complete file before it takes its place; whatever it raises prevents that.

    Raises:
        OSError: Something cannot be written; what was there before is intact.
    """
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if check is not None:
            check(temporary)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    flush_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that they outlive a power loss."""
    if not (missing := [place for place in (folder, *folder.parents) if not place.is_dir()]):
        return
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        flush_folder(made.parent)


def flush_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the platform can open one."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unfinished(folder: Path) -> list[Path]:
    """What below a folder was being written when its process died, of this version or an earlier one.

    That is files, and folders with all that is in them.
    """
    hidden = [path for path in folder.rglob(".*.*") if path.is_file() or path.suffix == PART]
    return sorted(path for path in hidden if path.suffix == PART or path.suffix[1:].isdigit())
