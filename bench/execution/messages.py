"""What the driver and its worker say to each other: JSON over a pipe, so that nothing is ever unpickled."""

from __future__ import annotations

import json
import threading
from multiprocessing.connection import Connection
from typing import Any

Message = dict[str, Any]

_SENDING = threading.RLock()
"""Threads of the worker may log while another reports progress; a message must not be cut in two."""


class PeerGoneError(Exception):
    """The process at the other end of the pipe has ended."""


def send(connection: Connection, message: Message) -> None:
    """Send one message.

    Raises:
        PeerGoneError: Nobody is there to receive it.
    """
    try:
        with _SENDING:
            connection.send_bytes(json.dumps(message).encode())
    except OSError as error:
        raise PeerGoneError from error


def receive(connection: Connection) -> Message:
    """Wait for one message.

    Raises:
        PeerGoneError: Nobody is there to send one.
    """
    try:
        message: Message = json.loads(connection.recv_bytes())
    except (EOFError, OSError) as error:
        raise PeerGoneError from error
    return message
