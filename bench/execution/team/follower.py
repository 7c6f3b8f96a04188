"""What every process but rank 0 does: its worker works as rank 0 says, in silence, until that says stop."""

from __future__ import annotations

import sys
import time
from multiprocessing.connection import Connection, wait
from pathlib import Path

from bench import errors
from bench.execution.local import LocalEngine
from bench.execution.messages import Message, PeerGoneError, receive, send
from bench.execution.team import channel
from bench.execution.worker_process import WorkerProcess
from bench.spec import Dataset
from bench.world import World


def follow(world: World, data_root: Path | None) -> int:
    """Help until the first process has no more to do; returns the exit code."""
    with Follower(world, data_root) as follower:
        try:
            return follower.serve()
        except (PeerGoneError, OSError):
            print(f"bench: rank {world.rank}: rank 0 has ended", file=sys.stderr)  # noqa: T201 - of this process
            return errors.ENVIRONMENT


class Follower(LocalEngine):
    """A worker, and the connection to the process that leads."""

    def __init__(self, world: World, data_root: Path | None) -> None:
        super().__init__(data_root)
        self._world = world

    def serve(self) -> int:
        """Do as one is told.

        Raises:
            PeerGoneError: The first process has ended without saying so.
            OSError: It was not found.
        """
        leader = self._come_in()
        while True:
            request = receive(leader)
            if request["kind"] == "stop":
                return errors.DONE
            if request["kind"] == "prepare":
                send(leader, self._prepared(request))
            elif request["kind"] == "execute" and not self._assist(request, leader):
                return errors.DONE

    def _come_in(self) -> Connection:
        """Find the first process; the store may still hold where one of an earlier attempt was."""
        end = time.monotonic() + channel.PATIENCE
        while True:
            invitation = self._ask({"kind": "look_up"}, "found", _ignore, time_limit=None)["invitation"]
            try:
                return channel.knock(invitation, self._world.rank)
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(1)

    def _prepared(self, request: Message) -> Message:
        try:
            self.prepare_data(Dataset.model_validate(request["dataset"]), _ignore)
        except errors.BenchError as error:
            return {"kind": "failed", "reason": str(error)}
        return {"kind": "prepared"}

    def _assist(self, request: Message, leader: Connection) -> bool:
        """Train together with the others; false when there is nothing more to do.

        Raises:
            PeerGoneError: The first process has ended.
        """
        world, attempt = self._world, request.pop("attempt")
        own = {"local_rank": world.local_rank, "local_size": world.local_size, "node": world.node}
        worker = self._worker.connection()
        send(worker, {**request, "data_root": self._data_root, "seat": {**request["seat"], **own}})
        while True:
            ready = wait([leader, worker])
            if leader in ready:
                said = receive(leader)
                if said["kind"] == "stop" or (said["kind"] == "abort" and said["attempt"] == attempt):
                    self._worker.stop(kill=True)
                    return bool(said["kind"] == "abort")
            elif outcome := _outcome(worker, self._worker):
                # Why, before the others see the connections of this worker break and wonder.
                send(leader, {**outcome, "attempt": attempt})
                if outcome["kind"] == "failed":
                    self._worker.stop(kill=True)  # whatever it shares with the others is broken
                return True


def _outcome(worker: Connection, process: WorkerProcess) -> Message | None:
    """How a worker's part ended; None while it goes on."""
    try:
        message = receive(worker)
    except PeerGoneError:
        return {"kind": "failed", "reason": process.how_it_ended(), "lost_peer": False}
    if message["kind"] == "assisted":
        return {"kind": "ended"}
    if message["kind"] in ("failed", "error"):
        lost = bool(message.get("lost_peer", False))
        return {"kind": "failed", "reason": message["reason"], "lost_peer": lost}
    return None


def _ignore(_: Message) -> None:
    pass
