"""What goes into the log of a run, shown while it happens."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.logging import RichHandler
from typing_extensions import override

QUIET = ("epoch", "stage")
"""Events that the progress display shows by itself."""


@contextmanager
def shown_on(console: Console) -> Iterator[None]:
    """Show log entries, and what libraries say below the level of warnings, above the progress display."""
    handler = RichHandler(console=console, show_path=False, omit_repeated_times=False)
    handler.setFormatter(_WithFacts())
    handler.addFilter(lambda record: record.getMessage() not in QUIET)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


class _WithFacts(logging.Formatter):
    """Who says it, the message, and the facts that the log keeps beside it."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        facts = getattr(record, "facts", {})
        told = [f"{key} = {value}" for key, value in facts.items() if value not in (None, "")]
        return f"{record.name}: {super().format(record)}" + (f" ({', '.join(told)})" if told else "")
