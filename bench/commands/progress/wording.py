"""How long a run will still take, and how its numbers are worded."""

from __future__ import annotations

import time
from typing import Any

from bench.plan import Plan


class TimeLeft:
    """Estimates the seconds to the end from the epochs that this process has seen."""

    def __init__(self, plan: Plan) -> None:
        self._total = sum(trial.recipe.epochs for trial in plan)
        self._done = 0
        self._seen = 0
        self._started = time.monotonic()

    def skip(self, epochs: int) -> None:
        """Count epochs that cost nothing now."""
        self._done += epochs

    def epoch(self) -> None:
        """Count an epoch that was just trained."""
        self._done += 1
        self._seen += 1

    def __str__(self) -> str:
        if not self._seen:
            return "? left"
        left = (time.monotonic() - self._started) / self._seen * max(self._total - self._done, 0)
        return f"{duration(left)} left"


def epoch_text(event: dict[str, Any]) -> str:
    """Loss, accuracies and speed of a completed epoch."""
    return (
        f"loss {event['train_loss']:.3f}  train {event['train_accuracy']:.2%}  "
        f"test {event['test_accuracy']:.2%}  {event['train_images_per_second']:,.0f} img/s"
    )


def duration(seconds: float) -> str:
    """Seconds as a person would say them: 42 s, 3 min 10 s, 2 h 05 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"
