"""What libraries in the worker log and warn of is told to the driver, which keeps the log of the run."""

from __future__ import annotations

import logging
import sys
import warnings
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from typing_extensions import override

from bench.errors import BenchWarning
from bench.execution.messages import PeerGoneError, send
from bench.execution.run_log import log_warning


def tell(connection: Connection) -> None:
    """From now on, send what is logged or warned of in this process."""
    logging.getLogger().addHandler(_Forward(connection))

    def show(message: Warning | str, category: type[Warning], *rest: Any, **named: Any) -> None:
        if not issubclass(category, BenchWarning):
            log_warning(message, category, *rest, **named)
            return
        with suppress(PeerGoneError):  # these are meant for the user
            send(connection, {"kind": "notice", "text": str(message)})

    warnings.showwarning = show


class _Forward(logging.Handler):
    @override
    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        print(text, file=sys.stderr)  # noqa: T201 - goes to the trial's own log
        with suppress(PeerGoneError):
            send(
                self.connection,
                {"kind": "log", "level": record.levelno, "logger": record.name, "text": text},
            )

    def __init__(self, connection: Connection) -> None:
        super().__init__(logging.WARNING)
        self.connection = connection
