"""Where trials on all nodes leave what they have to say, and the driver collects it."""

from __future__ import annotations

import asyncio

from bench.execution.messages import Message

Letter = tuple[str, Message]
"""The folder of a trial, or "" from a node that prepares data; and what it says."""

MOST_STEPS = 1000
"""Letters waiting, beyond which news of steps are dropped: a driver that is busy needs the newest only."""


class Mailbox:
    """An actor on the driver's node; Ray runs its methods one after the other, between their awaits."""

    def __init__(self) -> None:
        self._letters: list[Letter] = []
        self._filled = asyncio.Event()

    async def tell(self, sender: str, message: Message) -> None:
        """Leave a message."""
        if message["kind"] != "step" or len(self._letters) < MOST_STEPS:
            self._letters.append((sender, message))
            self._filled.set()

    async def collect(self) -> list[Letter]:
        """Wait until there is something, and take everything."""
        await self._filled.wait()
        letters, self._letters = self._letters, []
        self._filled.clear()
        return letters

    async def wake(self) -> None:
        """Let whoever waits take what there is, be it nothing."""
        self._filled.set()
