"""Where a trial computes and in which arithmetic: what "auto" becomes on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn

from bench import environment
from bench.errors import SuiteError
from bench.measurements.layers.convolution import use_side_by_side
from bench.measurements.layers.relu import use_bits
from bench.records import Choices, Decisions
from bench.spec import Execution

Precision = Literal["float32", "tf32", "bfloat16"]

CUDA_WITH_BFLOAT16 = (8, 0)
"""Compute capability from which matrix units multiply bfloat16 (Ampere)."""
CUDA_WITH_TF32 = (8, 0)
"""Compute capability from which they multiply float32 with ten bits of mantissa (TF32, Ampere)."""


@dataclass(frozen=True)
class Device:
    """A device together with the arithmetic used on it."""

    handle: torch.device
    precision: Precision
    memory_format: torch.memory_format
    exclusive: bool = True
    """Whether no other trial of the run uses it at the same time."""
    side_by_side: bool = False
    """Whether convolutions of few pixels have the images of a batch beside each other."""

    @classmethod
    def chosen(cls, execution: Execution, local_rank: int | None = None) -> Device:
        """Resolve what the suite leaves to the program.

        Args:
            execution: What the suite says.
            local_rank: Which of the processes on this machine, where several train together.

        Raises:
            SuiteError: The device named in the suite is not there.
        """
        device = _find(execution.device) if local_rank is None else _find_own(execution.device, local_rank)
        precision = execution.precision
        if precision == "auto":
            precision = "bfloat16" if native_bfloat16(device) else "float32"
        if precision == "tf32" and device.type != "cuda":
            raise SuiteError(
                f'execution.precision: "tf32" needs a CUDA device, this trial runs on {device.type!r}; '
                'use "auto" or "float32"'
            )
        last = execution.memory_format != "contiguous"  # with "auto", until it is measured
        side_by_side = (
            execution.convolutions == "auto" and precision == "bfloat16" and multiplies_matrices(device)
        )
        layout = torch.channels_last if last else torch.contiguous_format
        return cls(device, precision, layout, side_by_side=side_by_side)

    def prepare(self, *, deterministic: bool, threads: int) -> None:
        """Set what torch keeps for the whole process; a warm worker prepares afresh for every trial."""
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(deterministic)
        if self.handle.type == "cuda":
            torch.cuda.set_device(self.handle)  # whose memory is meant where a call names no device
            # Torch reads it once, at the first product of matrices; a worker may multiply for another trial
            # before one that must repeat, whose products torch would refuse then.
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
            _round_products(to_tf32=self.precision == "tf32")
            torch.backends.cudnn.benchmark = not deterministic

    def hold(self, model: nn.Module) -> nn.Module:
        """Bring a network here, in the layout and with the kinds of layers that are chosen."""
        if self.side_by_side:
            use_side_by_side(model)
        if self.precision == "bfloat16" and self.handle.type == "cpu":
            use_bits(model)
        return model.to(self.handle).to(memory_format=self.memory_format)

    @contextmanager
    def autocast(self) -> Iterator[None]:
        """Run convolutions and matrix products in the chosen precision."""
        if self.precision != "bfloat16":
            yield
        else:
            with torch.autocast(self.handle.type, torch.bfloat16):
                yield

    def begin_step(self) -> None:
        """Say that what a recorded CUDA graph wrote in the last step may be overwritten.

        On CUDA alone: the call brings in torch's whole compiler, more than a second in the first step.
        """
        if self.handle.type == "cuda":
            torch.compiler.cudagraph_mark_step_begin()

    def synchronize(self) -> None:
        """Wait until the device has done everything asked of it; needed before a clock is read."""
        if self.handle.type == "cuda":
            torch.cuda.synchronize(self.handle)
        elif self.handle.type == "mps":
            torch.mps.synchronize()

    @property
    def synchronisation(self) -> str:
        """How `synchronize` waits, in words, for a record."""
        waits = {"cuda": "torch.cuda.synchronize before the clock is read",
                 "mps": "torch.mps.synchronize before the clock is read"}  # fmt: skip
        return waits.get(self.handle.type, "none needed: the CPU computes before a call returns")

    def choices(self, decisions: Decisions) -> Choices:
        """For the record."""
        is_cuda = self.handle.type == "cuda"
        return Choices(
            device=str(self.handle),
            device_name=torch.cuda.get_device_name(self.handle) if is_cuda else environment.cpu_name(),
            precision=self.precision,
            compile=decisions.compile_variant != "eager",
            threads=torch.get_num_threads(),
            exclusive=self.exclusive,
            side_by_side=self.side_by_side,
            **decisions.model_dump(),
        )


def _round_products(*, to_tf32: bool) -> None:
    """Say what float32 means on CUDA; left alone, convolutions are rounded and matrix products are not."""
    # These set the newer `fp32_precision` along with them. The other way round they fall apart, and whoever
    # reads the older ones gets an error, as torch.compile does (pytorch#166387).
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = to_tf32


def native_bfloat16(device: torch.device) -> bool:
    """Whether the hardware multiplies bfloat16 itself; emulated, it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= CUDA_WITH_BFLOAT16
    return device.type == "cpu" and bool({"amx_bf16", "avx512_bf16", "bf16"} & environment.cpu_flags())


def multiplies_matrices(device: torch.device) -> bool:
    """Whether it is a CPU with units for matrices of bfloat16 (AMX)."""
    return device.type == "cpu" and "amx_bf16" in environment.cpu_flags()


def _find_own(name: str, local_rank: int) -> torch.device:
    """The device of one of several processes: a GPU for each, or the CPU for all."""
    if name == "cuda" or (name == "auto" and torch.cuda.is_available()):
        return _find(f"cuda:{local_rank}")
    if name in ("auto", "cpu"):
        return torch.device("cpu")
    raise SuiteError(
        f"execution.device: {name!r} cannot be shared by processes that train together; under torchrun, "
        'use "cuda" for a GPU each, or "cpu"'
    )


def _find(name: str) -> torch.device:
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda", 0)
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    device = torch.device(name)
    missing = {
        "cuda": not torch.cuda.is_available() or (device.index or 0) >= torch.cuda.device_count(),
        "mps": not torch.backends.mps.is_available(),
    }
    if missing.get(device.type, False):
        raise SuiteError(f"execution.device: this machine has no {name!r}; use --device auto or --device cpu")
    return torch.device("cuda", device.index or 0) if device.type == "cuda" else device
