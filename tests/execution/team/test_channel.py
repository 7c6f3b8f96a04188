"""The sockets between the leading process and the others: who may come in, and who does not come."""

import socket
import threading

import pytest

from bench.errors import DependencyError
from bench.execution.messages import PeerGoneError, receive, send
from bench.execution.team import channel
from bench.execution.team.channel import Door, knock


def let_in(door, count):
    """Those who came, by rank, while the test goes on."""
    came = {}
    thread = threading.Thread(target=lambda: came.update(door.let_in(count)))
    thread.start()
    return came, thread


def test_messages_go_both_ways():
    """And the end of one side is noticed at the other."""
    door = Door("localhost")
    came, thread = let_in(door, 1)
    guest = knock(door.invitation, 1)
    thread.join()
    send(came[1], {"kind": "stop"})
    assert receive(guest) == {"kind": "stop"}
    guest.close()
    with pytest.raises(PeerGoneError):
        receive(came[1])


def test_strangers_stay_outside(monkeypatch):
    """Whoever has another key, or says nothing, is let go, and those who are awaited come in."""
    door = Door("localhost")
    host, port, key = door.invitation.split()
    with monkeypatch.context() as patch:
        patch.setattr(channel, "SECONDS_TO_SAY_HELLO", 0.01)
        came, thread = let_in(door, 1)
        silent = socket.create_connection((host, int(port)))
        assert silent.recv(1) == b""  # let go; from here on nobody need hurry
    wrong = knock(f"{host} {port} {'0' * len(key)}", 1)
    with pytest.raises(PeerGoneError):
        receive(wrong)
    guest = knock(door.invitation, 1)
    thread.join()
    assert list(came) == [1]
    silent.close()
    guest.close()


def test_who_does_not_come_is_named(monkeypatch):
    """After some time."""
    monkeypatch.setattr(channel, "PATIENCE", 0.05)
    with pytest.raises(DependencyError, match=r"ranks \[1, 2\] did not come"):
        Door("localhost").let_in(2)
