"""Text from anywhere, shown on a terminal."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """Without control, format and unassigned characters, which could move the cursor or hide text."""
    return "".join(
        " " if sign in "\n\t" else "\ufffd" if unicodedata.category(sign)[0] == "C" else sign for sign in text
    )
