"""Peak memory of training and inference at the recipe's batch size, each in a process of its own."""

from __future__ import annotations

from bench.measurements.memory.inquiry import Question, ask, is_compiled
from bench.measurements.subject import Subject
from bench.measurements.timing.steps import Mode
from bench.records import MemoryFacts, MemoryParts

MODES: tuple[Mode, ...] = ("train", "inference")


def measure(subject: Subject) -> dict[str, object]:
    """The `memory` field of a trial's record."""
    return {"memory": tuple(_measure(subject, mode) for mode in MODES)}


def _measure(subject: Subject, mode: Mode) -> MemoryFacts:
    batch_size = subject.trial.recipe.batch_size
    answer = ask(subject, Question(mode, batch_size, allocator="returning"))
    on_cuda = subject.device.handle.type == "cuda"
    return MemoryFacts(
        mode=mode,
        batch_size=batch_size,
        peak_bytes=answer.peak_bytes,
        reserved_bytes=answer.reserved_bytes,
        parts=MemoryParts.model_validate(answer.parts) if answer.parts else None,
        method=None if answer.peak_bytes is None else "device allocator" if on_cuda else "resident set",
        compiled=is_compiled(subject),
        reason="out of memory" if answer.exhausted else answer.reason,
    )
