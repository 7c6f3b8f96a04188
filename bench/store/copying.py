"""What other runs of a suite have left of the same trials, and a copy of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Container, Iterator
from pathlib import Path
from typing import IO

from bench.errors import StoreError
from bench.store import generations
from bench.store.atomic import PART, flush_folder, replacing, write_atomically, writing
from bench.store.run import RUN_FILE, SHARD, TRIALS_FOLDER, Run
from bench.store.trial import CHECKPOINT_FILE, TAKEN_FILE, TrialStore

PIECE = 1 << 20
"""Bytes."""


def left_by_others(run: Run, names: Container[str]) -> dict[str, list[tuple[str, Path]]]:
    """Folders of trials in the other runs of the suite, with the name of the run, the newest run first.

    Each run is listed once, since asking for every trial in every run takes long on network file systems.
    What cannot be read is left out.

    Args:
        run: The one that is not an other one.
        names: Names of the trials' folders that are of interest.
    """
    found: dict[str, list[tuple[str, Path]]] = {}
    others = [file for file in run.folder.parent.glob(f"*/{RUN_FILE}") if file.parent.name != run.folder.name]
    for other in (file.parent for file in sorted(others, key=_age)):
        for folder in _trials(other / TRIALS_FOLDER):
            if folder.name in names:
                found.setdefault(folder.name, []).append((other.name, folder))
    return found


def _age(file: Path) -> tuple[float, str]:
    try:
        return -file.stat().st_mtime, file.parent.name
    except OSError:  # gone, or not to be read
        return 0.0, file.parent.name


def _trials(folder: Path) -> Iterator[Path]:
    """Folders of trials, one level deeper in a large run; links, which may lead anywhere, are left out."""
    try:
        entries = os.scandir(folder)
        below = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    for name in below:
        if SHARD.fullmatch(name):
            yield from _trials(folder / name)
        else:
            yield folder / name


def copy_trial(source: Path, target: Path, run_id: str) -> None:
    """Copy a trial, as a whole or not at all, and leave a note of whose it is.

    Raises:
        StoreError: It cannot be read, is damaged, or changed meanwhile.
        WriteError: It cannot be written.
    """
    building = target.with_name(f".{target.name}.{os.getpid()}{PART}")
    try:
        for file in _files(source):
            _copy_file(file, building / file.relative_to(source))
        if TrialStore(building).read_record() is None:
            raise StoreError(f"{source}: its record has gone")
        if _is_damaged(building / CHECKPOINT_FILE):
            raise StoreError(f"{source / CHECKPOINT_FILE}: its checksum does not hold")
        if not (building / TAKEN_FILE).exists():  # else the run that it comes from has taken it, too
            write_atomically(building / TAKEN_FILE, json.dumps({"run_id": run_id}).encode())
        with writing(target):
            building.replace(target)
            flush_folder(target.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _is_damaged(checkpoint: Path) -> bool:
    return generations.state(checkpoint, generations.checksums_of(checkpoint)) == "damaged"


def _files(folder: Path) -> list[Path]:
    """Every file below a folder, but for what was cut short.

    Raises:
        StoreError: A folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise StoreError(f"{error.filename or folder}: cannot be read: {error.strerror}") from error

    places = ((Path(place), names) for place, _, names in os.walk(folder, onerror=refuse))
    found = (place / name for place, names in places for name in names if not name.endswith(PART))
    return sorted(path for path in found if path.is_file())


def _copy_file(source: Path, target: Path) -> None:
    try:
        content = source.open("rb")
    except OSError as error:
        raise _unreadable(source, error) from error
    with content, writing(target), replacing(target) as file:
        while piece := _read(content, source):
            file.write(piece)


def _read(content: IO[bytes], source: Path) -> bytes:
    """The next piece; a disk that fails while it is read is no reason to stop writing."""
    try:
        return content.read(PIECE)
    except OSError as error:
        raise _unreadable(source, error) from error


def _unreadable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path}: cannot be read: {error.strerror}")
