"""Whether torch.compile helps this network on this device: measured, since it may slow it down."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace

import torch
from torch import nn

from bench.measurements.timing.contest import compete
from bench.measurements.timing.steps import Step, Workload, seconds_of
from bench.records import Decisions, Variant
from bench.spec import Execution

FIRST_STEPS = 3
"""Compile, allocate, and let the device settle."""

RECOMPILATIONS = 64
"""torch.compile makes a version for each batch size and mode; past its limit it silently stops compiling."""


GRAPHS: Variant = "compiled with CUDA graphs"


@dataclass
class Candidates:
    """Variants of one network; all share its weights."""

    workload: Workload
    batch_size: int
    steps: dict[Variant, Step] = field(default_factory=dict)
    seconds: dict[Variant, float] = field(default_factory=dict)
    """Until the first steps were done."""
    failures: dict[Variant, str] = field(default_factory=dict)

    def add(self, variant: Variant) -> None:
        """Run the first steps of a variant; what cannot be compiled drops out, with its reason."""
        started = time.perf_counter()
        try:
            module = compiled(self.workload.model, variant)
            step = replace(self.workload, model=module).step("train", self.batch_size)
            seconds_of(step, FIRST_STEPS, self.workload.device)
        except RuntimeError as error:  # the compiler's own errors are among them
            if variant == "eager":
                raise
            self.failures[variant] = f"{type(error).__name__}: {str(error).strip()[:500]}"
            return
        self.steps[variant] = step
        self.seconds[variant] = time.perf_counter() - started

    def decide(self) -> Decisions:
        """Time what is left, round by round; the fastest median wins."""
        outcome = compete(self.steps, self.workload.device)
        return Decisions(
            compile_variant=outcome.fastest,
            compile_trial=outcome.medians,
            compile_spread=outcome.spread,
            compile_seconds=self.seconds,
            compile_failures=self.failures,
        )


def decide(
    workload: Workload, execution: Execution, batch_size: int, *, deterministic: bool = False
) -> Decisions:
    """Choose how training steps are run; the network's weights and buffers are as before.

    Args:
        workload: The network as it was built.
        execution: Says "off", "on", or "auto", which measures.
        batch_size: Images per training step.
        deterministic: Measure nothing, since what wins by a hair may lose the next time.
    """
    if execution.compile == "on":
        return Decisions(compile_variant="compiled")
    if execution.compile == "off" or deterministic:
        return Decisions()
    candidates = Candidates(workload, batch_size)
    with unchanged(workload.model):
        candidates.add("eager")
        candidates.add("compiled")
        on_cuda = workload.device.handle.type == "cuda"
        if on_cuda:
            candidates.add(GRAPHS)
        decided = candidates.decide()
        if on_cuda and decided.compile_variant != GRAPHS:
            forget_compiled()
        return decided


def make_ready(workload: Workload, variant: Variant, batch_size: int) -> nn.Module:
    """The module to train with, compiled here where it is to be, so that no epoch's time includes that."""
    module = compiled(workload.model, variant)
    if variant != "eager":
        with unchanged(workload.model):
            seconds_of(
                replace(workload, model=module).step("train", batch_size), FIRST_STEPS, workload.device
            )
    return module


def compiled(model: nn.Module, variant: Variant) -> nn.Module:
    """The module that runs the variant's steps; its parameters are the model's own.

    Shapes are static: the incomplete last batch of an epoch is left to the model itself.
    """
    if variant == "eager":
        return model
    torch._dynamo.config.recompile_limit = RECOMPILATIONS  # noqa: SLF001 - its documented place
    mode = "reduce-overhead" if variant == GRAPHS else None
    module: nn.Module = torch.compile(model, mode=mode, dynamic=False)  # type: ignore[assignment]
    return module


def forget_compiled() -> None:
    """Let go of all that was compiled so far; CUDA graphs keep the memory of a whole training step."""
    if "torch._dynamo" in sys.modules:
        torch._dynamo.reset()  # noqa: SLF001 - its documented place


def warm_up(workload: Workload, batch_sizes: Iterable[int]) -> None:
    """Take a few eager steps on CUDA, so that no epoch's time includes loading and choosing kernels.

    They are loaded when they are first called, and chosen by trying for each shape (cudnn.benchmark): seconds
    for a large network. The network's weights and buffers are as before.
    """
    if workload.device.handle.type != "cuda":
        return
    with unchanged(workload.model):
        for batch_size in batch_sizes:
            seconds_of(workload.step("train", batch_size), FIRST_STEPS, workload.device)


@contextmanager
def unchanged(model: nn.Module) -> Iterator[None]:
    """Put weights and buffers back afterwards."""
    state = deepcopy(model.state_dict())
    yield
    model.load_state_dict(state)
    model.zero_grad(set_to_none=True)
