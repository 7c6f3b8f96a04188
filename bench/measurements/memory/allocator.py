"""What glibc's malloc does with the memory of freed tensors: keep it for speed, or return it to be measured.

By default glibc maps each large tensor anew and unmaps it when it is freed, until it has seen some; then it
keeps blocks of up to 32 MiB, and which ones depends on what was allocated before.
"""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_MMAP_MAX = -1, -2, -3, -4
"""Names and values of glibc's malloc.h."""
LARGEST = 2**31 - 1
PAD = 64 << 20
"""Of a worker: few requests to the system, and little beside what a training takes."""
SMALLEST_MAPPED = 64 << 10
"""Bytes from which a block is mapped on its own when freed memory is returned."""


def keep_freed_memory(pad: int = PAD) -> bool:
    """Keep what is freed instead of returning it to the system after every step; false without glibc.

    Otherwise every training step on a CPU spends its time in page faults: measured on two cores, a plain CNN
    lost a fifth of its speed, and far more when another process was busy.

    Args:
        pad: Bytes taken from the system at a time.
    """
    return _mallopt((M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, LARGEST), (M_TOP_PAD, pad))


def return_freed_memory() -> bool:
    """Return every large block at once, so that the resident set is what is in use; false without glibc.

    Measured on two networks, a process that keeps what is freed holds 25 to 50 % more than is ever in use
    at a time, in holes whose sizes depend on the order of allocations, and settles after several steps only.
    """
    return _mallopt((M_MMAP_THRESHOLD, SMALLEST_MAPPED), (M_TRIM_THRESHOLD, SMALLEST_MAPPED))


def reserve(size: int) -> bool:
    """Take memory, touch its pages and free it, so that what is allocated next costs no page faults.

    Args:
        size: Bytes; at most 2 GiB, of which more would be returned to the system at once.

    Returns:
        Whether it could; false without glibc. Where freed memory is not kept, it has no effect.
    """
    if (libc := _glibc()) is None:
        return False
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    size = min(size, LARGEST - PAD)
    if (start := libc.malloc(size)) is None:
        return False
    ctypes.memset(start, 1, size)
    libc.free(start)
    return True


def release_freed_memory() -> None:
    """Return what is free now."""
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def _mallopt(*options: tuple[int, int]) -> bool:
    libc = _glibc()
    return libc is not None and all(libc.mallopt(option, value) == 1 for option, value in options)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        libc = ctypes.CDLL("libc.so.6")
        return libc if hasattr(libc, "malloc_trim") else None
    except OSError:
        return None
