"""Residency: images are kept whole where they fit, and streamed where they do not."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from bench.data import residency
from bench.data.resident import Resident
from bench.data.streamed import Streamed

CPU, CUDA = torch.device("cpu"), torch.device("cuda", 0)
IMAGES = (np.zeros((3, 10, 10, 1), np.uint8), np.zeros((2, 10, 10, 1), np.uint8))
GIB = 2**30


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Say how much memory this machine has free, and what its control group grants."""

    def of(available, limit="max"):
        meminfo, group = tmp_path / "meminfo", tmp_path / "memory.max"
        meminfo.write_text(f"MemTotal:       99999999 kB\nMemAvailable:   {available // 1024} kB\n")
        group.write_text(f"{limit}\n")
        monkeypatch.setattr(residency, "_MEMINFO", meminfo)
        monkeypatch.setattr(residency, "_CONTROL_GROUP", group)

    return of


@pytest.mark.parametrize(("budget", "kept"), [(500, "memory"), (499, "streamed")])
def test_a_budget_decides(budget, kept):
    """All images together count, those of the test set included."""
    assert residency.choose(IMAGES, CPU, budget) == kept


def test_images_on_an_accelerator_count_there():
    """What fits is copied to it."""
    assert residency.choose(IMAGES, CUDA, 500) == "device"
    assert residency.choose(IMAGES, CUDA, 499) == "streamed"


@pytest.mark.parametrize(
    ("available", "limit", "kept"),
    [
        (4 * GIB, "max", "memory"),
        (0, "max", "streamed"),
        (4 * GIB, 4 * GIB, "memory"),
        (4 * GIB, 800, "streamed"),
    ],
)
def test_without_a_budget_half_of_the_free_memory_is_used(machine, available, limit, kept):
    """A container's limit is smaller than the machine's memory."""
    machine(available, limit)
    assert residency.choose(IMAGES, CPU, None) == kept


@pytest.mark.parametrize(("free", "kept"), [(1000, "device"), (998, "streamed")])
def test_without_a_budget_half_of_the_free_device_memory_is_used(monkeypatch, free, kept):
    """As the driver reports it."""
    monkeypatch.setattr(torch, "cuda", SimpleNamespace(mem_get_info=lambda device: (free, GIB)))
    assert residency.choose(IMAGES, CUDA, None) == kept


def test_images_are_kept_whole_where_free_memory_cannot_be_read(tmp_path, monkeypatch):
    """They are mapped from a file, so that the system can take their memory back."""
    monkeypatch.setattr(residency, "_MEMINFO", tmp_path / "nothing")
    assert residency.choose(IMAGES, CPU, None) == "memory"


def test_only_memory_maps_are_streamed(tmp_path):
    """Images that are in memory already gain nothing by it."""
    np.save(tmp_path / "images.npy", IMAGES[0])
    mapped = np.load(tmp_path / "images.npy", mmap_mode="c")
    assert isinstance(residency.keep(mapped, "streamed", CPU, 100), Streamed)
    assert isinstance(residency.keep(IMAGES[0], "streamed", CPU, 100), Resident)
    assert isinstance(residency.keep(mapped, "memory", CPU, None), Resident)
