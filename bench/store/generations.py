"""A file of which the last two generations are kept, with checksums that tell when one is damaged."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from bench.pinning import sha256_of
from bench.store.atomic import replacing, write_atomically, writing

State = Literal["intact", "damaged", "unknown", "missing"]
"""Unknown: there is no checksum, as beside files of earlier versions of this program."""


class Sink(Protocol):
    """Takes bytes; all that a writer may ask of the file it writes to."""

    def write(self, data: bytes, /) -> int:
        """Take bytes, and say how many."""

    def flush(self) -> None:
        """Do nothing that matters: what was written is brought to the disk later."""


def write(path: Path, save: Callable[[Sink], None]) -> None:
    """Write the next generation; the one before stays until this one was read back, and then beside it.

    A crash at any moment leaves one of them intact, under its own name or under that of the previous.

    Raises:
        WriteError: It cannot be written, or not read back; earlier generations are intact.
    """
    with writing(path):
        sink: _Hashing | None = None

        def step_aside(written: Path) -> None:
            assert sink is not None
            _read_back(written, sink.hexdigest)
            _remember(path, sink.hexdigest)
            with suppress(FileNotFoundError):  # the first generation
                path.replace(previous_of(path))

        with replacing(path, check=step_aside) as file:
            sink = _Hashing(file)
            save(sink)
            sink.raise_error()


def previous_of(path: Path) -> Path:
    """Where the generation before the newest lies."""
    return path.with_name(f"{path.stem}.previous{path.suffix}")


def checksums_of(path: Path) -> Path:
    """Where the checksums lie: the SHA-256 of each generation in a line, newest first."""
    return path.with_name(f"{path.name}.sha256")


def state(path: Path, checksums: Path) -> State:
    """Whether a generation is what was written.

    Args:
        path: Any generation.
        checksums: From `checksums_of` the newest.

    Raises:
        OSError: The file is there and cannot be read.
    """
    if not path.is_file():
        return "missing"
    known = _digests(checksums)
    if not known:
        return "unknown"
    return "intact" if sha256_of(path) in known else "damaged"


def forget_previous(path: Path) -> None:
    """Give back the space of the generation before the newest, once nothing can depend on it."""
    with suppress(OSError):
        previous_of(path).unlink(missing_ok=True)


class _Hashing:
    """Passes bytes on to a file, and hashes them.

    The first error is kept for later: torch turns one that is raised while it writes into another,
    which does not say that the disk is full.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._error: OSError | None = None

    def write(self, data: bytes, /) -> int:
        if self._error is None:
            try:
                self._file.write(data)
            except OSError as error:
                self._error = error
            self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        pass

    def raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    @property
    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def _read_back(path: Path, expected: str) -> None:
    """Compare with what is on the disk itself, where the system can be told to forget its copy in memory."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if sha256_of(path) != expected:
        raise OSError(errno.EIO, "what was read back is not what was written")


def _remember(path: Path, digest: str) -> None:
    """Add a checksum before the file has its name, so that at no moment a good file lacks one.

    Three are kept, since until both are renamed there are three generations.
    """
    known = dict.fromkeys([digest, *_digests(checksums_of(path))])
    lines = "".join(f"{one}\n" for one in list(known)[:3])
    write_atomically(checksums_of(path), lines.encode())


def _digests(checksums: Path) -> list[str]:
    try:
        return checksums.read_text("ascii").split()
    except (FileNotFoundError, UnicodeDecodeError):
        return []
