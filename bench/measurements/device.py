"""Where a trial computes and in which arithmetic: what "auto" becomes on this machine."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch

from bench import environment
from bench.errors import SuiteError
from bench.records import Choices
from bench.spec import Execution

CUDA_WITH_BFLOAT16 = (8, 0)
"""Compute capability from which matrix units multiply bfloat16 (Ampere)."""


@dataclass(frozen=True)
class Device:
    """A device together with the arithmetic used on it."""

    handle: torch.device
    precision: torch.dtype
    memory_format: torch.memory_format

    @classmethod
    def chosen(cls, execution: Execution) -> Device:
        """Resolve what the suite leaves to the program.

        Raises:
            SuiteError: The device named in the suite is not there.
        """
        device = _find(execution.device)
        bfloat16 = (
            native_bfloat16(device) if execution.precision == "auto" else execution.precision == "bfloat16"
        )
        last = execution.memory_format == "channels_last"
        return cls(
            device,
            torch.bfloat16 if bfloat16 else torch.float32,
            torch.channels_last if last else torch.contiguous_format,
        )

    def autocast(self) -> AbstractContextManager[object]:
        """Run convolutions and matrix products in the chosen precision."""
        if self.precision is torch.float32:
            return nullcontext()
        return torch.autocast(self.handle.type, self.precision)

    def synchronize(self) -> None:
        """Wait until the device has done everything asked of it; needed before a clock is read."""
        if self.handle.type == "cuda":
            torch.cuda.synchronize(self.handle)
        elif self.handle.type == "mps":
            torch.mps.synchronize()

    def choices(self, execution: Execution, *, compiled: bool, trial: dict[str, float] | None) -> Choices:
        """For the record."""
        is_cuda = self.handle.type == "cuda"
        return Choices(
            device=str(self.handle),
            device_name=torch.cuda.get_device_name(self.handle) if is_cuda else environment.cpu_name(),
            precision="float32" if self.precision is torch.float32 else "bfloat16",
            memory_format=execution.memory_format,
            compile=compiled,
            compile_trial=trial,
            threads=torch.get_num_threads(),
        )


def native_bfloat16(device: torch.device) -> bool:
    """Whether the hardware multiplies bfloat16 itself; emulated, it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= CUDA_WITH_BFLOAT16
    return device.type == "cpu" and bool({"amx_bf16", "avx512_bf16", "bf16"} & environment.cpu_flags())


def _find(name: str) -> torch.device:
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda", 0)
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise SuiteError(
            f'execution.device: {name!r} is no device; use "auto", "cpu", "cuda" or "cuda:1"'
        ) from error
    missing = {
        "cuda": not torch.cuda.is_available() or (device.index or 0) >= torch.cuda.device_count(),
        "mps": not torch.backends.mps.is_available(),
        "cpu": False,
    }.get(device.type, True)
    if missing:
        raise SuiteError(f"execution.device: this machine has no {name!r}; use --device auto or --device cpu")
    return torch.device("cuda", device.index or 0) if device.type == "cuda" else device
