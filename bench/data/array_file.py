"""A .npy file that grows block by block, and the checksums that tell later whether it is intact."""

from __future__ import annotations

import hashlib
import mmap
import os
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_SAMPLES = 64
_SAMPLE_BYTES = 2**20
_HASHED_AT_ONCE = 2**26


class ArrayFile:
    """Appends rows to a .npy file.

    Plain writes rather than a writable memory map: where the disk is full, a write raises, but touching
    a memory map kills the process.
    """

    def __init__(self, file: Path, dtype: DTypeLike, row: tuple[int, ...]) -> None:
        """Open `file` for rows of shape `row`."""
        self.length = 0
        self._file = file
        self._dtype = np.dtype(dtype)
        self._row = row
        self._digest = hashlib.sha256()
        self._stream = file.open("wb")
        self._write_header()

    def __enter__(self) -> ArrayFile:  # noqa: PYI034 - typing.Self needs Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stream:
            if kind is None:
                self._stream.seek(0)
                self._write_header()
                self._stream.flush()
                os.fsync(self._stream.fileno())

    def append(self, rows: NDArray[Any]) -> None:
        """Write rows at the end."""
        if rows.shape[1:] != self._row or rows.dtype != self._dtype:
            raise TypeError(f"{self._file.name}: rows of {rows.dtype} {rows.shape[1:]}, not {self._row}")
        data = np.ascontiguousarray(rows).data
        self._stream.write(data)
        self._digest.update(data)
        self.length += len(rows)

    def seal(self) -> dict[str, str]:
        """Form, full and sampled SHA-256 of what was written; call after closing."""
        written = np.load(self._file, mmap_mode="r", allow_pickle=False)
        return {"form": form(written), "sha256": self._digest.hexdigest(), "sampled": sampled_hash(written)}

    def _write_header(self) -> None:
        # numpy pads the header for a first axis of any length, so it can be written again in place.
        shape = (self.length, *self._row)
        header = {"descr": np.lib.format.dtype_to_descr(self._dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self._stream, header)


def is_intact(array: NDArray[Any], sealed: dict[str, str], *, thorough: bool) -> bool:
    """Whether an array is what was sealed; thorough compares all of it, else a sample."""
    if form(array) != sealed["form"]:
        return False
    if thorough:
        return _full_hash(array) == sealed["sha256"]
    return sampled_hash(array) == sealed["sampled"]


def form(array: NDArray[Any]) -> str:
    """Type and shape, as text."""
    return f"{array.dtype} {'x'.join(map(str, array.shape))}"


def sampled_hash(array: NDArray[Any]) -> str:
    """SHA-256 of 64 evenly spaced stretches of one MiB each, first and last included."""
    content = array.reshape(-1).view(np.uint8)
    digest = hashlib.sha256()
    last = max(0, len(content) - _SAMPLE_BYTES)
    for start in np.linspace(0, last, _SAMPLES).astype(np.int64):
        digest.update(content[start : start + _SAMPLE_BYTES].data)
    forget_pages(array)
    return digest.hexdigest()


def forget_pages(array: NDArray[Any]) -> None:
    """Give the memory of a memory-mapped array back; what is touched again is read from the file again.

    Its pages count as this process's memory from the first touch on. Nothing happens to other arrays, nor
    where the system cannot do it. What was written to a copy-on-write map is lost.
    """
    memory: Any = array.base
    if isinstance(memory, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        memory.madvise(mmap.MADV_DONTNEED)


def _full_hash(array: NDArray[Any]) -> str:
    """SHA-256 of all bytes, without keeping more than a stretch of them in memory."""
    content = array.reshape(-1).view(np.uint8)
    digest = hashlib.sha256()
    for start in range(0, len(content), _HASHED_AT_ONCE):
        digest.update(content[start : start + _HASHED_AT_ONCE].data)
        forget_pages(array)
    return digest.hexdigest()
