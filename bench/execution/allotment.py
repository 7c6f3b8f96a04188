"""What a trial may use of its machine while others run beside it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Allotment:
    """What a trial may use of its machine; by default all of it."""

    threads: int | None = None
    """CPU threads where the suite names none; None: one for each core that the process may use."""
    exclusive: bool = True
    """Whether no other trial of the run uses the device at the same time."""


WHOLE_MACHINE = Allotment()
