"""The records that travel inside a page: one archive, for the same files always the same bytes.

Nothing in it is trusted: it is unpacked within bounds, only files that a run has are written, each below the
folder that was asked for, and nothing is executed.
"""

from __future__ import annotations

import io
import lzma
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bench.analysis.examples import FACTS_FILE, FOLDER, IMAGES_FILE
from bench.analysis.trials import TABLES
from bench.errors import StoreError
from bench.store import RECORD_FILE, RUN_FILE, SUITE_FILE, TAKEN_FILE, Run, sha256
from reports.made_by import MadeBy, this_program

MADE_BY_FILE = "made_by.json"
"""Name inside the archive of what made the page."""

LARGEST = 64 * 2**20
"""Bytes of an unpacked archive: above that, records are left out of a page, and an archive is refused."""

MOST_TRIALS = 2000
"""Above so many, too, records are left out: packing and unpacking their files would take minutes."""

HEADER = 2048
"""Bytes of a tar archive for each file, at most, beside its content."""

MEMORY = 128 * 2**20
"""Bytes that unpacking may take."""

FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6}]
"""For digits, preset 6 packs as well as any slower one."""


@dataclass(frozen=True)
class Enclosed:
    """An archive of records, packed."""

    content: bytes
    """A tar archive, xz-compressed."""
    made_by: MadeBy
    """The program that made the page it travels in."""
    files: int
    """Files of the run in it."""

    @property
    def digest(self) -> str:
        """SHA-256 of the archive."""
        return sha256(self.content)


def enclose(run: Run) -> Enclosed | None:
    """Pack what the report of a run is made from; None where that is too large to travel inside a page.

    Raises:
        StoreError: A file cannot be read.
    """
    if len(run.info.plan) > MOST_TRIALS:
        return None
    files = {path.relative_to(run.folder).as_posix(): path for path in _paths(run)}
    if sum(path.stat().st_size + HEADER for path in files.values()) > LARGEST:
        return None
    made_by = this_program()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, MADE_BY_FILE, made_by.model_dump_json(indent=1).encode())
        for name, path in files.items():
            _add(tar, name, _read(path))
    content = lzma.compress(archive.getvalue(), format=lzma.FORMAT_XZ, filters=FILTERS)
    return Enclosed(content, made_by, len(files))


@contextmanager
def opened(content: bytes) -> Iterator[tuple[Enclosed, Run]]:
    """An archive, and the run in it, which is there until the context ends.

    Raises:
        StoreError: It is no archive of records, or it holds more than a page may carry.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(_decompressed(content)), mode="r:") as tar:
            files = {member.name: _content(tar, member) for member in tar}
        made_by = MadeBy.model_validate_json(files.pop(MADE_BY_FILE, b""))
    except (lzma.LZMAError, tarfile.TarError, ValidationError, EOFError) as error:
        raise StoreError(f"the records inside are damaged ({str(error).splitlines()[0]})") from error
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield Enclosed(content, made_by, len(files)), _unpack(files, Path(folder))


def _unpack(files: dict[str, bytes], folder: Path) -> Run:
    """Write the files of a run below a folder, none that no run has, and open it there."""
    for name in (RUN_FILE, SUITE_FILE):
        if name not in files:
            raise StoreError(f"the records inside are damaged (no {name})")
        (folder / name).write_bytes(files[name])
    try:
        run = Run.open(folder)
    except StoreError as error:
        raise StoreError(f"the records inside: {error}".replace(f"{folder}{os.sep}", "")) from error
    paths = [*_of_run(run), *(path for files in _of_trials(run) for path in files)]
    known = {path.relative_to(folder).as_posix(): path for path in paths}
    for name, content in files.items():
        if name not in known:
            raise StoreError(f"the records inside are damaged ({name!r} is no file of this run)")
        known[name].parent.mkdir(parents=True, exist_ok=True)
        known[name].write_bytes(content)
    return run


def _paths(run: Run) -> list[Path]:
    """Files of a run that a report is made from; tables of one kind stand together, and so pack better."""
    known = [*_of_run(run), *(path for files in _of_trials(run) if files[0].is_file() for path in files)]
    return sorted((path for path in known if path.is_file()), key=lambda path: (path.name, path))


def _of_run(run: Run) -> list[Path]:
    """Files that a report may be made from, and that are no trial's."""
    examples = run.folder / FOLDER
    return [run.folder / RUN_FILE, run.folder / SUITE_FILE, examples / FACTS_FILE, examples / IMAGES_FILE]


def _of_trials(run: Run) -> list[list[Path]]:
    """Likewise of each trial; first the record, without which nobody reads the others."""
    folders = [run.trial(trial).folder for trial in run.info.plan]
    return [[folder / name for name in (RECORD_FILE, TAKEN_FILE, *TABLES)] for folder in folders]


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """Without times and owners, so that the same content makes the same archive."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error


def _decompressed(content: bytes) -> bytes:
    """One xz stream and nothing after it."""
    stream = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=MEMORY)
    archive = stream.decompress(content, max_length=LARGEST + 1)
    if len(archive) > LARGEST:
        raise StoreError(f"the records inside hold more than {LARGEST} bytes, which no page of ours does")
    if not stream.eof or stream.unused_data:
        raise EOFError("the archive does not end where it should")
    return archive


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """Only plain files are read, none that claims to be larger than the archive is."""
    file = tar.extractfile(member) if member.type == tarfile.REGTYPE and not member.issparse() else None
    if file is None or member.size > LARGEST:
        raise tarfile.TarError(f"{member.name!r} is no plain file")
    return file.read()
