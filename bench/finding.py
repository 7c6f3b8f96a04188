"""What an examination finds, one thing at a time."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Finding(NamedTuple):
    """One thing that was looked at."""

    state: Literal["ok", "note", "broken"]
    """A note is nothing wrong, but something to know."""
    subject: str
    text: str
