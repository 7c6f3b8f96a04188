"""What a process that helps says to the one that leads."""

from types import SimpleNamespace

from bench.execution.team import follower
from bench.execution.team.follower import Follower
from bench.world import World

SECOND = World(rank=1, size=2, local_rank=1, local_size=2, node=0, nodes=1, address="localhost", restarts=0)


def test_why_it_failed_is_told_before_anything_breaks(monkeypatch):
    """The workers of the others see connections end when this one does, and would be the first to fail."""
    done = []
    failure = {"kind": "failed", "reason": "ValueError: only here", "lost_peer": False}
    monkeypatch.setattr(follower, "wait", lambda _: ["worker"])
    monkeypatch.setattr(follower, "receive", lambda _: failure)
    monkeypatch.setattr(follower, "send", lambda to, message: done.append((to, message["kind"])))
    helper = Follower(SECOND, None)
    helper._worker = SimpleNamespace(
        connection=lambda: "worker", stop=lambda *, kill: done.append(("stopped", kill))
    )
    assert helper._assist({"kind": "execute", "attempt": 1, "seat": {}}, "leader")
    assert done == [("worker", "execute"), ("leader", "failed"), ("stopped", True)]
