"""Images that are read from the cache on disk while they are needed, some batches ahead."""

from __future__ import annotations

import mmap
import os
from collections.abc import Generator, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bench.data.prefetch import prefetched
from bench.data.source import Images
from bench.errors import DataError

LARGEST_WINDOW = 32 << 20
"""Bytes of a window when there is room for more: longer read-ahead gains nothing."""
WINDOWS = 3
"""Windows in memory at once: one in use, one waiting, one being read."""


@dataclass(frozen=True)
class Streamed:
    """Images on disk, read window by window: some consecutive batches, in the order of the file.

    A thread reads ahead, so that a window is there when the step before it ends. The file is read rather
    than its memory map touched, because the system maps far more than what is touched, and all of that
    would count as this process's memory.
    """

    images: np.memmap[Any, np.dtype[np.uint8]]
    """(N, H, W, C), memory-mapped; says where in which file the images lie."""
    device: torch.device
    """Where batches appear."""
    budget: int
    """Bytes that all windows together may occupy; a window holds one batch at least, though."""

    @property
    def bytes_per_image(self) -> int:
        """H x W x C."""
        return int(np.prod(self.images.shape[1:]))

    def batches(self, rows: Tensor, size: int) -> Generator[Tensor]:
        """Images (n, H, W, C) of the given rows (M), `size` at a time, on the device.

        Raises:
            DataError: The file became shorter.
            OSError: The file cannot be read any more.
        """
        room = min(LARGEST_WINDOW, self.budget // WINDOWS)
        batches = max(1, room // (size * self.bytes_per_image))
        windows = rows.split(size * batches)
        with closing(prefetched(lambda: self._windows(windows))) as read:
            for window, copied in read:
                _wait_for(copied, window)
                yield from window.split(size)

    def _windows(self, windows: tuple[Tensor, ...]) -> Iterator[tuple[Tensor, Any]]:
        """Each window on the device, and the event after which it is there (None on a CPU)."""
        on_cuda = self.device.type == "cuda"
        stream = torch.cuda.Stream(self.device) if on_cuda else None
        with (
            open(str(self.images.filename), "rb", buffering=0) as file,  # noqa: PTH123 - a name, not a path
            torch.cuda.stream(stream) if stream else nullcontext(),
        ):
            for rows in windows:
                window = self._empty(len(rows))
                self._read(file, rows.numpy(), window.numpy())
                window = window.to(self.device, non_blocking=on_cuda)
                yield window, stream.record_event() if stream else None

    def _empty(self, count: int) -> Tensor:
        """Room for images, which goes back to the system as soon as nobody needs it."""
        if self.device.type == "cuda":
            # From pinned memory, a copy runs beside the computation; torch keeps the memory until then.
            return torch.empty(count, *self.images.shape[1:], dtype=torch.uint8, pin_memory=True)
        # A block this large from malloc would be cut up by smaller ones once it is freed, and the process
        # would grow to several times the budget.
        room = mmap.mmap(-1, count * self.bytes_per_image)
        return torch.frombuffer(room, dtype=torch.uint8).view(count, *self.images.shape[1:])

    def _read(self, file: Any, rows: np.ndarray, into: Images) -> None:
        """Read rows into an array, from the front of the file to its end."""
        image, memory = self.bytes_per_image, into.reshape(-1).data
        stretches = [
            (self.images.offset + row * image, place * image, count * image)
            for row, place, count in stretches_of(rows)
        ]
        if hasattr(os, "posix_fadvise"):  # the system may then fetch them all at once, in any order
            for offset, _, length in stretches:
                os.posix_fadvise(file.fileno(), offset, length, os.POSIX_FADV_WILLNEED)
        for offset, place, length in stretches:
            file.seek(offset)
            if file.readinto(memory[place : place + length]) != length:
                raise DataError(f"{self.images.filename}: shorter than it was; run `bench data verify`")


def stretches_of(rows: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """Rows (n) in ascending order, as (first row, its place in `rows`, count), neighbours together."""
    places = np.argsort(rows, kind="stable")
    ascending = rows[places]
    breaks = np.flatnonzero((np.diff(ascending) != 1) | (np.diff(places) != 1)) + 1
    starts = np.concatenate([[0], breaks])
    counts = np.diff(np.concatenate([starts, [len(rows)]]))
    return zip(ascending[starts].tolist(), places[starts].tolist(), counts.tolist(), strict=True)


def _wait_for(copied: Any, window: Tensor) -> None:
    """Let the current stream wait for a copy, and the window's memory for the current stream."""
    if copied is not None:
        stream = torch.cuda.current_stream(window.device)
        stream.wait_event(copied)
        window.record_stream(stream)
