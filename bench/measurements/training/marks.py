"""Names for the parts of a training step, so that a profiler can tell how long each takes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

DATA, FORWARD, LOSS, BACKWARD, OPTIMIZER = PHASES = ("data", "forward", "loss", "backward", "optimizer")
"""In the order of the step."""

Mark = Callable[[str], AbstractContextManager[object]]
"""Opens a context under a name; `torch.profiler.record_function` is one."""


def unmarked(_: str) -> AbstractContextManager[object]:
    """Mark nothing: outside of a profiler a name is of no use, and giving one takes some ten microseconds."""
    return nullcontext()
