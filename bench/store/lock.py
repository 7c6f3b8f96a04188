"""One process at a time works on a run directory. The system releases the lock when its holder dies."""

from __future__ import annotations

import errno
import json
import os
import platform
import sys
from pathlib import Path
from typing import IO

from typing_extensions import Self

from bench import environment
from bench.errors import StoreError
from bench.store.atomic import make_folder, writing

LOCK_FILE = ".lock"

FAR = 1 << 30
"""The byte that is locked on Windows, where nobody else can read what is locked."""

WITHOUT_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP}
"""What a file system says that has no locks, as some network file systems; runs there are not guarded."""


class RunLock:
    """Held while a run is written; a second process does not wait, since it would do the same work again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            StoreError: Another process has it; the message says which.
            WriteError: The folder cannot be written.
        """
        path = self._folder / LOCK_FILE
        with writing(path):
            make_folder(self._folder)
            self._file = path.open("a+b")  # leaves the holder's name alone
            try:
                name = None if _take(self._file) else _name(self._file)
                if name is None:
                    self._file.truncate(0)
                    self._file.write(json.dumps(_ourselves()).encode())
                    self._file.flush()
                    return self
            except BaseException:
                self._file.close()
                raise
        self._file.close()
        raise StoreError(
            f"{self._folder}: {name} is working on this run; wait until it has ended, or stop it and repeat "
            "the command, which continues what it has done"
        )

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def holder(folder: Path) -> str | None:
    """Who works on a run, in words; None when nobody does.

    Raises:
        OSError: The lock cannot be read.
    """
    try:
        with (folder / LOCK_FILE).open("rb") as file:
            return None if _take(file, shared=True) else _name(file)
    except FileNotFoundError:
        return None


def _take(file: IO[bytes], *, shared: bool = False) -> bool:
    """Lock until the file is closed; false when another process has the lock."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - is there on Windows alone

            file.seek(FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - is not there on Windows

            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            raise
    return True


def _ourselves() -> dict[str, object]:
    return {"process": os.getpid(), "host": platform.node(), "since": environment.now()}


def _name(file: IO[bytes]) -> str:
    file.seek(0)
    try:
        told = json.loads(file.read())
        return f"process {told['process']} on {told['host']} (since {told['since']})"
    except (ValueError, KeyError, TypeError, OSError):
        return "another process"
