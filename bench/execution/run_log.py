"""bench.log: what a run did and when, and what libraries had to say; one JSON object a line."""

from __future__ import annotations

import json
import logging
import os
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from typing_extensions import override

RUN_LOG = "bench.log"

LOGGER = logging.getLogger("bench")


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Append to a log whatever this process logs or is warned of, in place of showing it.

    Args:
        path: The log; where it cannot be written, nothing is logged, and nothing else changes.
    """
    handler = _LogFile(path, encoding="utf-8", delay=True)
    handler.setFormatter(JsonLines())
    root, level = logging.getLogger(), LOGGER.level
    root.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    with warnings.catch_warnings():
        warnings.showwarning = log_warning
        try:
            yield
        finally:
            root.removeHandler(handler)
            LOGGER.setLevel(level)
            handler.close()


@contextmanager
def logged(command: Sequence[str]) -> Iterator[None]:
    """Log that a command begins, how it ends, and how long it took.

    Args:
        command: Its words, without the places of this machine's files.
    """
    began = time.monotonic()
    LOGGER.info("run began", extra={"facts": {"command": " ".join(command), "process": os.getpid()}})
    try:
        yield
    except BaseException as error:
        how = str(error) or type(error).__name__
        LOGGER.log(logging.ERROR, "run ended: %s", how, extra={"facts": _took(began)})
        raise
    LOGGER.info("run ended", extra={"facts": _took(began)})


def _took(began: float) -> dict[str, object]:
    return {"seconds": round(time.monotonic() - began, 3)}


class JsonLines(logging.Formatter):
    """Time (ISO 8601, UTC), level, who says it, the message, and `extra={"facts": {...}}` as further keys."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        created = datetime.fromtimestamp(record.created, timezone.utc)
        content: dict[str, Any] = {
            "time": created.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            content["traceback"] = self.formatException(record.exc_info)
        return json.dumps(content, ensure_ascii=False, default=str)


class _LogFile(logging.FileHandler):
    """Says nothing when it cannot write: the log matters least, and what matters says when a disk is full."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            super().emit(record)

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        pass


def log_warning(message: Warning | str, category: type[Warning], *rest: Any, **_: Any) -> None:
    """As `warnings.showwarning`, but into the log.

    Args:
        message: Of the warning.
        category: Its class.
        *rest: The file it comes from, the line, and what nobody needs here.
    """
    where = f"{Path(rest[0]).name}:{rest[1]}"
    logging.getLogger("warnings").warning("%s: %s (%s)", category.__name__, message, where)
