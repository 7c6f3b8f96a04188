"""What malloc keeps is used again without page faults; in other processes, since it is set for good."""

import subprocess
import sys

import pytest

from bench.measurements.memory import allocator

pytestmark = pytest.mark.skipif(not allocator.reserve(1), reason="needs glibc")

FAULTS = """
import resource, torch
from bench.measurements.memory import allocator

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    held = [torch.ones(8 << 20, dtype=torch.uint8) for _ in range(16)]
    pages = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    return pages * resource.getpagesize() / (128 << 20)

allocator.keep_freed_memory()
{}
print(faults())
"""
"""Prints which part of 128 MiB of tensors was not there yet."""


def new_part(*before):
    done = subprocess.run(
        [sys.executable, "-c", FAULTS.format("\n".join(before))], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def test_what_is_reserved_is_there():
    assert new_part() > 0.5
    assert new_part("allocator.reserve(256 << 20)") < 0.1


def test_too_much_is_not_taken():
    """Memory that the system refuses is no error."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))"
    assert new_part(limit, "assert not allocator.reserve(1 << 31)") > 0.5
