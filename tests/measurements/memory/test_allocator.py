"""Huge pages for a worker's tensors, where the system grants them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.measurements.memory.allocator import HUGE_PAGES, take_huge_pages

GRANTED = Path("/sys/kernel/mm/transparent_hugepage/enabled")
PROGRAM = """
import torch
from bench.measurements.memory.allocator import take_huge_pages
take_huge_pages()
images = torch.ones(16 << 20)
held = [line for line in open("/proc/self/smaps_rollup") if line.startswith("AnonHugePages")]
print(held[0].split()[1])
"""


def held(chosen=None):
    """KiB in huge pages of a process that holds a tensor of 64 MiB."""
    environment = {key: value for key, value in os.environ.items() if key != HUGE_PAGES}
    environment |= {} if chosen is None else {HUGE_PAGES: chosen}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(
    not GRANTED.exists() or "[madvise]" not in GRANTED.read_text(),
    reason="no huge pages for who asks",
)
def test_a_tensor_lies_in_huge_pages_unless_the_user_said_otherwise():
    assert held() >= 32 << 10
    assert held("0") == 0


def test_what_the_user_said_stays(monkeypatch):
    monkeypatch.setenv(HUGE_PAGES, "0")
    take_huge_pages()
    assert os.environ[HUGE_PAGES] == "0"
