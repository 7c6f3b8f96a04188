"""The sockets over which the leading process and the others speak, in messages of JSON.

A socket that closes is how the death of a process is noticed on another machine.
"""

from __future__ import annotations

import hmac
import secrets
import socket
import struct
import time
from multiprocessing.connection import Connection

from bench.errors import DependencyError

KEY_BYTES = 16
HELLO = struct.Struct(f"!{KEY_BYTES}sI")
"""What somebody who comes says: the key that was published for them, and their rank."""
PATIENCE = 300.0
"""Seconds for all to come: machines of a cluster do not start at the same moment."""
SECONDS_TO_SAY_HELLO = 10.0


class Door:
    """Where the leading process lets the others in."""

    def __init__(self, address: str) -> None:
        """Listen; on this machine alone, where all processes are on it.

        Args:
            address: The name by which the others know this machine.
        """
        local = address in ("localhost", "127.0.0.1", "::1")
        self._socket = socket.create_server(("127.0.0.1" if local else "", 0))
        self._key = secrets.token_bytes(KEY_BYTES)
        self._host = "127.0.0.1" if local else address

    @property
    def session(self) -> str:
        """Names what is done behind this door."""
        return self._key.hex()[:12]

    @property
    def invitation(self) -> str:
        """What the others must know to come in."""
        port = self._socket.getsockname()[1]
        return f"{self._host} {port} {self._key.hex()}"

    def let_in(self, count: int) -> dict[int, Connection]:
        """Wait for ranks 1 to `count`, whoever else may knock.

        Raises:
            DependencyError: Some did not come.
        """
        came: dict[int, Connection] = {}
        end = time.monotonic() + PATIENCE
        with self._socket:
            while len(came) < count:
                self._socket.settimeout(max(0.01, end - time.monotonic()))
                try:
                    guest, _ = self._socket.accept()
                except TimeoutError as error:
                    missing = sorted(set(range(1, count + 1)) - set(came))
                    raise DependencyError(
                        f"torchrun: ranks {missing} did not come; see their output"
                    ) from error
                rank = self._rank_of(guest)
                if rank is not None and 1 <= rank <= count:
                    came[rank] = _connection(guest)
        return came

    def _rank_of(self, guest: socket.socket) -> int | None:
        """Who somebody is; None, and out again, where the key is wrong."""
        guest.settimeout(SECONDS_TO_SAY_HELLO)
        try:
            said = guest.recv(HELLO.size, socket.MSG_WAITALL)
        except OSError:
            said = b""
        if len(said) == HELLO.size:
            key, rank = HELLO.unpack(said)
            if hmac.compare_digest(key, self._key):
                return int(rank)
        guest.close()
        return None


def knock(invitation: str, rank: int) -> Connection:
    """Come in.

    Raises:
        OSError: Nobody is there (any more).
    """
    host, port, key = invitation.split()
    guest = socket.create_connection((host, int(port)), timeout=SECONDS_TO_SAY_HELLO)
    guest.sendall(HELLO.pack(bytes.fromhex(key), rank))
    return _connection(guest)


def _connection(of: socket.socket) -> Connection:
    of.settimeout(None)
    of.setsockopt(
        socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1
    )  # of a machine that lost its power, nothing comes
    return Connection(of.detach())
