"""Images per second of training alone: after a warm-up, and without what lies between two epochs."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any


class TimeUpError(Exception):
    """As many seconds as were asked for have been timed."""


class Stopwatch:
    """Adds up the time from step to step.

    What is between epochs is left out for every contender alike: the start of DataLoader workers, evaluation,
    checkpoints, and with them the first step of the epoch.
    """

    def __init__(
        self, *, warm_up: float, seconds: float = math.inf, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.images = 0
        self.seconds = 0.0
        self.notes: dict[str, Any] = {}
        """Of the contender, beside what is timed."""
        self._warm_up, self._limit, self._clock = warm_up, seconds, clock
        self._started: float | None = None
        self._previous: float | None = None

    def step(self, images: int) -> None:
        """Say that `images` more have been trained on, once the device has done so.

        Raises:
            TimeUpError: Enough has been timed.
        """
        now = self._clock()
        if self._started is None:
            self._started = now
        elif self._previous is not None and self._previous - self._started >= self._warm_up:
            self.seconds += now - self._previous
            self.images += images
        self._previous = now
        if self.seconds >= self._limit:
            raise TimeUpError

    def pause(self) -> None:
        """Leave out what happens from here to the next step."""
        self._previous = None

    @property
    def images_per_second(self) -> float | None:
        """What has been timed; None where the warm-up never ended."""
        return self.images / self.seconds if self.seconds else None
