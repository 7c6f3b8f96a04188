"""Memory that ran out: recognised whatever library says so, and explained with what to do."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from bench.errors import ENVIRONMENT, BenchError
from bench.measurements.timing.compilation import forget_compiled
from bench.plan import Trial

SAYINGS = (
    "can't allocate memory", "not enough memory", "cannot allocate memory", "out of memory", "alloc_failed",
)  # fmt: skip
"""What a RuntimeError says when malloc or a driver fails; torch has a class of its own for CUDA alone."""


class MemoryExhaustedError(BenchError):
    """A trial needs more memory than there is."""

    exit_code = ENVIRONMENT


def is_exhaustion(error: BaseException) -> bool:
    """Whether an error means that memory ran out."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(text in str(error).lower() for text in SAYINGS)


@contextmanager
def explained(trial: Trial) -> Iterator[None]:
    """Start with as much memory as there is, and turn exhaustion into a message that says what to do.

    The batch size is never reduced: a trial with another batch size is another experiment.

    Raises:
        MemoryExhaustedError: Memory ran out inside.
    """
    _release()
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_exhaustion(error):
            raise
        raise MemoryExhaustedError(_message(trial, str(error).partition("\n")[0])) from error


def _release() -> None:
    """Give back what earlier trials left; one that failed may have left much."""
    if torch.cuda.is_initialized():
        forget_compiled()
    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def _message(trial: Trial, saying: str) -> str:
    size = f"training at batch size {trial.recipe.batch_size}"
    peak = ""
    if torch.cuda.is_initialized():
        used, total = torch.cuda.max_memory_allocated(), torch.cuda.mem_get_info()[1]
        peak = f" with {used / 2**30:.2f} of {total / 2**30:.2f} GiB in tensors"
    return (
        f"out of memory{peak} ({size}): {saying[:300]}. Set a smaller recipe.batch_size for all "
        "architectures that are compared; measure.largest_batch finds what fits. It is not reduced silently, "
        "and gradients are not accumulated."
    )
