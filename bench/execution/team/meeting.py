"""In a worker: the store of torchrun, at which processes find each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import torch
from torch.distributed.distributed_c10d import PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from bench.data.share import Share
from bench.execution.team.seat import Seat
from bench.measurements.parallel import ALONE, Replicas
from bench.measurements.parallel.replicas import joined

INVITATION = "archbench/invitation"


@lru_cache(maxsize=1)
def _store() -> Store:
    """That of torchrun's agent, found as torch itself finds it: by the environment."""
    store: Store
    store, _, _ = next(rendezvous("env://"))
    return store


def publish(invitation: str) -> None:
    """Let the other processes know where the first one is."""
    _store().set(INVITATION, invitation)


def look_up() -> str:
    """Wait for the invitation of the first process."""
    found: bytes = _store().get(INVITATION)
    return found.decode()


@contextmanager
def meet(seat: Seat | None, device: torch.device) -> Iterator[Replicas]:
    """Train together with the others for the time of the block; alone without a seat."""
    if seat is None:
        yield ALONE
        return
    store = PrefixStore(seat.meeting, _store())
    with joined(Share(seat.rank, seat.size), device, seat.node, store) as replicas:
        yield replicas
