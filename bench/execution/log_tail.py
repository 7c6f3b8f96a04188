"""The end of a trial's log, for a record that is made to be sent around."""

from __future__ import annotations

import sys
from pathlib import Path

import bench

LINES = 20
LONGEST = 200
"""Characters of a line."""
USUAL, CRASH, FATAL = "(most recent call last):", "(most recent call first):", "Fatal Python error"
"""How tracebacks begin: those of exceptions, and those of crashes and of networks that hang."""
READ = 1 << 16
"""Bytes looked at; a log may be long."""


def log_tail(path: Path) -> str:
    """The last lines of a log, without the places of this machine's files; empty where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - READ))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    lines = [line[:LONGEST] for line in text.replace("\r", "\n").split("\n") if line.strip()]
    return _without_places("\n".join(lines[_first_of(lines) :][:LINES]))


def _first_of(lines: list[str]) -> int:
    """Where the last lines begin: at a crash, which tells the innermost call first, else before the end."""
    for index in range(len(lines) - 1, -1, -1):
        if lines[index].endswith(USUAL):
            break
        if lines[index].endswith(CRASH):
            return index - 1 if index and lines[index - 1].startswith(FATAL) else index
    return max(0, len(lines) - LINES)


def _without_places(text: str) -> str:
    """The folders of Python, of the project and of the user by signs; the longest first."""
    python = dict.fromkeys((sys.prefix, sys.base_prefix), "<python>")
    ourselves = {str(Path(bench.__file__).parents[1]): "<archbench>"}
    places = {**python, **ourselves, str(Path.home()): "~", str(Path.cwd()): "."}
    for place in sorted(places, key=len, reverse=True):
        if len(place) > 1:
            text = text.replace(place, places[place])
    return text
