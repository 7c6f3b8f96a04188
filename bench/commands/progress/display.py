"""What a run shows while it goes on."""

from __future__ import annotations

from typing import Any

from typing_extensions import Self

from bench.execution.drive import Watcher

Event = dict[str, Any]


class Display(Watcher):
    """A watcher that owns the screen for the time of a run."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass
