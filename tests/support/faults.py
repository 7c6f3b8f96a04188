"""A disk that fails at a chosen call: full, read-only, or because the process is killed there."""

from __future__ import annotations

import errno
import os
from pathlib import Path


class KilledError(BaseException):
    """Stands for SIGKILL: from here on nothing reaches the disk, the tidying up of `finally` included."""


class Faults:
    """Counts calls that change the disk, and fails one of them; takes the place of the system's own."""

    def __init__(self, monkeypatch):
        self.calls = 0
        self._at = None
        self._error = None
        for name in ("fsync", "replace", "rename", "mkdir", "unlink"):
            monkeypatch.setattr(os, name, self._counted(getattr(os, name), acts=name != "fsync"))
        really_open = Path.open

        def open_counted(path, mode="r", *args, **options):
            if not set(mode) & set("wax+"):
                return really_open(path, mode, *args, **options)
            self._step(path)
            return _File(really_open(path, mode, *args, **options), self)

        monkeypatch.setattr(Path, "open", open_counted)

    def arm(self, at, error):
        """Fail the call of that number, counted from now; "killed" fails all later ones as well."""
        self.calls, self._at, self._error = 0, at, error

    def disarm(self):
        """Let everything pass; returns how many calls were made since the last `arm`."""
        calls, self._at = self.calls, None
        return calls

    def _step(self, path):
        self.calls += 1
        if self._at is None or self.calls < self._at:
            return
        if self._error == "killed":
            raise KilledError
        if self.calls == self._at:
            raise OSError(self._error, os.strerror(self._error), str(path))

    def _counted(self, function, *, acts):
        def counted(*args, **options):
            self._step(args[0])
            return function(*args, **options) if acts else None  # a real fsync would only take its time

        return counted


class _File:
    """A file whose writes are counted."""

    def __init__(self, file, faults):
        self._file, self._faults = file, faults

    def write(self, data):
        self._faults._step(self._file.name)
        return self._file.write(data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)


FULL, READ_ONLY, FORBIDDEN, VANISHED = errno.ENOSPC, errno.EROFS, errno.EACCES, errno.ENOENT
