"""What the driver and its worker say to each other: JSON over a pipe, so that nothing is ever unpickled."""

from __future__ import annotations

import json
from multiprocessing.connection import Connection
from typing import Any

Message = dict[str, Any]


def send(connection: Connection, message: Message) -> None:
    """Send one message.

    Raises:
        OSError: The other side is gone.
    """
    connection.send_bytes(json.dumps(message).encode())


def receive(connection: Connection) -> Message:
    """Wait for one message.

    Raises:
        EOFError: The other side is gone.
    """
    message: Message = json.loads(connection.recv_bytes())
    return message
