"""The processes that `torchrun` started, as one of them sees them; importable without torch."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

STARTED_BY_TORCHRUN = "TORCHELASTIC_RUN_ID"
"""Of the environment; other launchers set some of the rest as well, without a store to meet at."""


class World(NamedTuple):
    """This process's place among all."""

    rank: int
    """Which process, from 0 on; 0 leads."""
    size: int
    """How many there are."""
    local_rank: int
    """Which of those on this machine; its number is that of its GPU."""
    local_size: int
    """How many there are on this machine; they divide its cores."""
    node: int
    """Which machine, from 0 on."""
    nodes: int
    """How many machines there are."""
    address: str
    """Where the first machine is found."""
    restarts: int
    """How often torchrun has started all of them anew."""

    @property
    def leading(self) -> bool:
        """Whether this process plans, writes and speaks for all."""
        return self.rank == 0


def world(environment: Mapping[str, str] = os.environ) -> World | None:
    """Who works together; None for a process that is alone, under torchrun or not."""
    if STARTED_BY_TORCHRUN not in environment or int(environment["WORLD_SIZE"]) < 2:
        return None
    return World(
        rank=int(environment["RANK"]),
        size=int(environment["WORLD_SIZE"]),
        local_rank=int(environment["LOCAL_RANK"]),
        local_size=int(environment["LOCAL_WORLD_SIZE"]),
        node=int(environment["GROUP_RANK"]),
        nodes=int(environment["GROUP_WORLD_SIZE"]),
        address=environment["MASTER_ADDR"],
        restarts=int(environment.get("TORCHELASTIC_RESTART_COUNT", "0")),
    )
