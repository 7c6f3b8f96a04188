"""The engine of rank 0: what its worker does, the workers of all other processes do at the same time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path

from typing_extensions import Self, override

from bench import errors
from bench.execution.local import LocalEngine, OnEvent, PeerLostError, TrialFailedError
from bench.execution.messages import Message, PeerGoneError, receive, send
from bench.execution.team.channel import Door
from bench.plan import Trial
from bench.records import TrialRecord
from bench.spec import Dataset
from bench.store.atomic import make_folder, writing
from bench.world import World

GRACE = 5.0
"""Seconds to hear who failed, when somebody says that another is gone."""


class GoneError(errors.StoreError):
    """A process of torchrun has ended, so that nothing can be trained together (exit 3)."""


class Leader(LocalEngine):
    """Runs trials one after the other, each in the workers of all processes together."""

    def __init__(self, data_root: Path | None, world: World) -> None:
        super().__init__(data_root)
        self._world = world
        self._session = ""
        self._others: dict[int, Connection] = {}
        self._attempt = 0
        self._busy: set[int] = set()
        """Those who have not yet ended their part of this attempt."""
        self._apart = True
        """Whether this process has gone on by itself."""

    @override
    def __enter__(self) -> Self:
        """Let the others in.

        Raises:
            DependencyError: They do not come.
        """
        door = Door(self._world.address)
        self._session = door.session
        self._ask({"kind": "publish", "invitation": door.invitation}, "published", _ignore, time_limit=None)
        self._others = door.let_in(self._world.size - 1)
        return self

    @override
    def __exit__(self, *_: object) -> None:
        self.close()
        for other in self._others.values():
            _tell(other, {"kind": "stop"})
            other.close()
        self._others = {}

    @override
    def close(self) -> None:
        self._apart = True
        super().close()
        self._call_off()

    @override
    def prepare_data(self, dataset: Dataset, on_event: OnEvent) -> None:
        """Here first, then once on every other machine, then for all."""
        super().prepare_data(dataset, on_event)
        first = {rank for rank in self._others if rank % self._world.local_size == 0}
        for ranks in (first, set(self._others) - first):
            for rank in ranks:
                _tell(self._others[rank], {"kind": "prepare", "dataset": dataset.model_dump(mode="json")})
            waiting = set(ranks)
            while waiting:
                for rank, message in self._heard(wait([self._others[rank] for rank in waiting])):
                    if message["kind"] != "prepared":
                        raise errors.DataError(f"rank {rank}: {message['reason']}")
                    waiting.discard(rank)

    @override
    def execute(self, trial: Trial, folder: Path, on_event: OnEvent) -> TrialRecord:
        """Run one trial in all workers.

        Raises:
            TrialFailedError: It failed in one of them; all have stopped.
            GoneError: A process has ended.
            WriteError: The folder cannot be made.
        """
        with writing(folder):
            make_folder(folder)  # before any of the workers asks whether it sees the folder, to log there
        self._attempt += 1
        self._busy, self._apart = set(self._others), False
        for rank, other in self._others.items():
            request = {"kind": "execute", "trial": trial.model_dump(mode="json"), "folder": str(folder)}
            _tell(other, {**request, "attempt": self._attempt, "seat": self._seat(rank, other=True)})

        def heard(event: Message) -> None:
            if event["kind"] == "apart":
                self._apart = True
            else:
                on_event(event)

        try:
            return super().execute(trial, folder, heard)
        except PeerLostError as error:
            reason = self._explanation() or str(error)
            self._worker.stop(kill=True)
            raise TrialFailedError(reason) from error
        except (TrialFailedError, GoneError):
            self._worker.stop(kill=True)  # it waits for the others in vain
            raise
        finally:
            self._apart = True
            self._call_off()

    @override
    def _request(self, trial: Trial, folder: Path) -> Message:
        return {**super()._request(trial, folder), "seat": self._seat(0)}

    def _seat(self, rank: int, *, other: bool = False) -> Message:
        """What the others know of themselves, they fill in."""
        world = self._world
        own = (
            {}
            if other
            else {"local_rank": world.local_rank, "local_size": world.local_size, "node": world.node}
        )
        common = {"size": world.size, "nodes": world.nodes, "restarts": world.restarts}
        return {**common, **own, "rank": rank, "session": self._session, "attempt": self._attempt}

    @override
    def _await(self, connection: Connection, deadline: float | None) -> bool:
        """Wait for the own worker, and hear the others meanwhile.

        Raises:
            TrialFailedError: One of them failed.
            GoneError: One of them has ended.
        """
        if not self._others:  # they are still to come
            return super()._await(connection, deadline)
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            ready = wait([connection, *self._others.values()], left)
            if not ready:
                return False
            if reason := self._failure(ready):
                if not reason[1]:
                    raise TrialFailedError(reason[0])
                if not connection.poll(GRACE):  # the own worker may know better
                    raise TrialFailedError(self._explanation(0.0) or reason[0])
                return True
            if connection in ready:
                return True

    def _failure(self, ready: Sequence[object]) -> tuple[str, bool] | None:
        """Why another process failed in this attempt, and whether it only lost somebody else."""
        lost: tuple[str, bool] | None = None
        for rank, message in self._heard(ready):
            if message.get("attempt") != self._attempt or rank not in self._busy:
                continue
            self._busy.discard(rank)
            if message["kind"] == "failed" and not self._apart:
                lost = f"rank {rank}: {message['reason']}", bool(message["lost_peer"])
                if not lost[1]:
                    return lost
        return lost

    def _explanation(self, patience: float = GRACE) -> str | None:
        """What another process says went wrong, when this one only knows that somebody is gone.

        Raises:
            GoneError: One has ended.
        """
        self._apart = False
        end = time.monotonic() + patience
        while ready := wait(list(self._others.values()), max(0.0, end - time.monotonic())):
            found = self._failure(ready)
            if found and not found[1]:
                return found[0]
        return None

    def _heard(self, ready: Sequence[object]) -> list[tuple[int, Message]]:
        try:
            return [(rank, receive(other)) for rank, other in self._others.items() if other in ready]
        except PeerGoneError as error:
            gone = [rank for rank, other in self._others.items() if other in ready]
            raise GoneError(
                f"torchrun: {' or '.join(f'rank {rank}' for rank in gone)} has ended; with --max-restarts, "
                "torchrun starts all anew, and the trial continues from its last epoch"
            ) from error

    def _call_off(self) -> None:
        """Let those who are still at this attempt stop."""
        for rank in self._busy:
            _tell(self._others[rank], {"kind": "abort", "attempt": self._attempt})
        self._busy = set()


def _tell(other: Connection, message: Message) -> None:
    """Say it; who is gone is noticed where an answer is waited for."""
    with suppress(PeerGoneError):
        send(other, message)


def _ignore(_: Message) -> None:
    pass
