"""Keep the memory of freed tensors in the process instead of returning it to the system after every step.

By default glibc maps each large tensor anew and unmaps it when it is freed, so that every training step on
a CPU spends its time in page faults: measured on two cores, a plain CNN lost a fifth of its speed, and far
more when another process was busy.
"""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4  # names and values of glibc's malloc.h
LARGEST = 2**31 - 1
PAD = 64 << 20
"""Bytes taken from the system at a time."""


def keep_freed_memory() -> bool:
    """Tell glibc's malloc to keep what is freed; false where there is no glibc."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return False
    return all(mallopt(option, value) == 1 for option, value in (
        (M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, LARGEST), (M_TOP_PAD, PAD)
    ))  # fmt: skip
