"""Where the images of a trial are kept while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import torch

from bench.data.resident import Resident
from bench.data.source import Images
from bench.data.streamed import LARGEST_WINDOW, WINDOWS, Streamed

Residency = Literal["memory", "device", "streamed"]

SHARE = 0.5
"""Of the free memory, what images may take when the suite does not say; networks need the rest."""

_MEMINFO = Path("/proc/meminfo")
_CONTROL_GROUP = Path("/sys/fs/cgroup/memory.max")


def choose(images: tuple[Images, ...], device: torch.device, budget: int | None) -> Residency:
    """Keep images whole where they fit, else stream them.

    Args:
        images: All the arrays of the trial.
        device: Where batches are needed.
        budget: Bytes they may take. Default: half of what is free on the device, or in memory on a CPU.
    """
    if budget is None:
        budget = _free_bytes(device)
    if budget is not None and sum(array.nbytes for array in images) > budget:
        return "streamed"
    return "memory" if device.type == "cpu" else "device"


def keep(
    images: Images, residency: Residency, device: torch.device, budget: int | None
) -> Resident | Streamed:
    """Make the images available in the way that was chosen; arrays that are no memory map are kept whole."""
    if residency == "streamed" and isinstance(images, np.memmap):
        return Streamed(images, device, budget or WINDOWS * LARGEST_WINDOW)
    return Resident.on(device, images)


def _free_bytes(device: torch.device) -> int | None:
    """Half of the memory that is free; None where that cannot be read."""
    if device.type == "cuda":
        return int(SHARE * torch.cuda.mem_get_info(device)[0])
    if not _MEMINFO.is_file():
        return None
    lines = (line.split() for line in _MEMINFO.read_text("utf-8").splitlines())
    available = next((int(words[1]) * 1024 for words in lines if words[0] == "MemAvailable:"), None)
    if available is None:
        return None
    limit = _CONTROL_GROUP.read_text("utf-8").strip() if _CONTROL_GROUP.is_file() else "max"
    return int(SHARE * min(available, available if limit == "max" else int(limit)))
