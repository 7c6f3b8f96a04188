"""Which trials may start: one that begins from another's checkpoint waits until that other has ended."""

from __future__ import annotations

import heapq

from bench.plan import Plan, Trial


class Agenda:
    """What is left of a plan, in its order, for engines that run one trial at a time or many."""

    def __init__(self, left: Plan) -> None:
        self._left = left
        self._ready: list[int] = []
        self._blocked: dict[str, list[int]] = {}
        unfinished = {trial.folder for trial in left}
        for place, trial in enumerate(left):
            origin = trial.origin.folder if trial.origin else None
            if origin in unfinished:
                self._blocked.setdefault(str(origin), []).append(place)
            else:
                self._ready.append(place)  # ascending, and so a heap

    def take(self) -> Trial | None:
        """The first trial that may start now; None where there is none for now."""
        return self._left[heapq.heappop(self._ready)] if self._ready else None

    def end(self, trial: Trial) -> None:
        """Say that a trial has ended, however that was: what waited for it may start."""
        for place in self._blocked.pop(trial.folder, ()):
            heapq.heappush(self._ready, place)
