"""The largest batch that fits: doubling, bisection, and one more try, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable

import torch

from bench.measurements.device import Device
from bench.measurements.memory import resident_set
from bench.measurements.memory.inquiry import Answer, Question, ask
from bench.measurements.subject import Subject
from bench.measurements.timing.steps import Mode
from bench.records import BatchTry, LargestBatchFacts
from bench.spec import LargestBatch

SHARE = 0.8
"""Of what is free; the rest is for the data set, and for other processes."""

RESOLUTION = 64
"""The search ends when less than this share of the batch is unknown: one image up to 64, then 1.6 %."""

Try = Callable[[int], Answer]
"""Tries one batch size."""


class SearchFailedError(Exception):
    """A try failed for another reason than memory."""


def measure(subject: Subject) -> dict[str, object]:
    """The `largest_batch` field of a trial's record."""
    wanted = subject.trial.largest_batch
    assert wanted is not None
    budget = _budget(subject.device, wanted)
    return {"largest_batch": tuple(_measure(subject, mode, wanted.limit, budget) for mode in wanted.modes)}


def search(attempt: Try, start: int, limit: int) -> tuple[int, int | None, tuple[BatchTry, ...]]:
    """Find the largest batch size that fits, and try it once more.

    An answer that fails its second try counts as unfit, and the search goes on below it.

    Args:
        attempt: Tries one batch size, in a process of its own.
        start: First batch size, for example one that is known to be trained with.
        limit: Largest batch size to try.

    Returns:
        The largest that fitted twice (0 if none), the smallest that did not (None if the limit was
        reached), and all tries in order.

    Raises:
        SearchFailedError: A try failed for another reason than memory.
    """
    tries: list[BatchTry] = []

    def fits(size: int, *, verification: bool = False) -> bool:
        answer = attempt(size)
        if answer.reason is not None:
            raise SearchFailedError(f"batch size {size}: {answer.reason}")
        tries.append(
            BatchTry(
                batch_size=size, fits=not answer.exhausted, peak_bytes=answer.peak_bytes,
                verification=verification,
            )
        )  # fmt: skip
        return not answer.exhausted

    fitting, unfit = 0, limit + 1
    size = min(start, limit)
    while True:
        while not _settled(fitting, unfit, limit):
            if fits(size):
                fitting = size
            else:
                unfit = size
            size = min(2 * fitting, limit) if unfit > limit else (fitting + unfit) // 2
        if fitting == 0 or fits(fitting, verification=True):
            return fitting, unfit if unfit <= limit else None, tuple(tries)
        unfit = fitting
        fitting = max((one.batch_size for one in tries if one.fits and one.batch_size < unfit), default=0)
        size = (fitting + unfit) // 2


def _settled(fitting: int, unfit: int, limit: int) -> bool:
    """Whether the answer is known well enough."""
    if unfit > limit:
        return fitting == limit
    return unfit - fitting <= max(1, unfit // RESOLUTION)


def _measure(subject: Subject, mode: Mode, limit: int, budget: int | None) -> LargestBatchFacts:
    if budget is None:
        reason = f"no way to bound the memory of {subject.device.handle.type!r} on this system"
        return LargestBatchFacts(mode=mode, batch_size=None, reason=reason)

    def attempt(batch_size: int) -> Answer:
        return ask(subject, Question(mode, batch_size, allocator="keeping", budget=budget))

    try:
        fitting, unfit, tries = search(attempt, subject.trial.recipe.batch_size, limit)
    except SearchFailedError as error:
        return LargestBatchFacts(mode=mode, batch_size=None, budget_bytes=budget, reason=str(error))
    return LargestBatchFacts(
        mode=mode, batch_size=fitting, smallest_unfit=unfit, budget_bytes=budget, tries=tries
    )


def _budget(device: Device, wanted: LargestBatch) -> int | None:
    """Bytes that a try may take; None where nothing would stop it from taking the whole machine."""
    if device.handle.type == "cuda":
        torch.cuda.empty_cache()
        free: int | None = torch.cuda.mem_get_info(device.handle)[0]
    else:
        bounded = device.handle.type == "cpu" and resident_set.supported()
        free = resident_set.available() if bounded else None
    if free is None or wanted.memory_gib is None:
        return None if free is None else int(SHARE * free)
    return min(int(wanted.memory_gib * 2**30), free)
