"""Which attempt at a trial may write: the newest. A node that was cut off may still work on an older one."""

from __future__ import annotations

import uuid
from pathlib import Path

from typing_extensions import Self

from bench.store import write_atomically

ATTEMPT_FILE = ".attempt"


class OvertakenError(Exception):
    """Another attempt has begun since; this one must not write any more."""


class Attempt:
    """One attempt at a trial, known by a name in its folder for the time of the block."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ATTEMPT_FILE
        self._name = uuid.uuid4().hex

    def __enter__(self) -> Self:
        """Begin, and so overtake any attempt before.

        Raises:
            WriteError: The folder cannot be written.
        """
        write_atomically(self._path, self._name.encode())
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_newest():
            self._path.unlink(missing_ok=True)

    def check(self) -> None:
        """Go on only as the newest attempt.

        Raises:
            OvertakenError: Another one has begun.
        """
        if not self._is_newest():
            raise OvertakenError

    def _is_newest(self) -> bool:
        try:
            return self._path.read_text("ascii") == self._name
        except OSError:
            return False
