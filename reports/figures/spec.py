"""The parts that all figures share: compact columns, harmless text, axes."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from typing import Any

Trace = dict[str, Any]
Options = list[tuple[str, str, dict[str, Any]]]
"""Of a switch: id, text, and what it changes in the layout."""

LONGEST_NAME = 28
"""Characters of a label inside a figure; tables and legends show it in full."""


class Columns:
    """Numbers of a figure, stored once under a short name and referred to as "@name"."""

    def __init__(self) -> None:
        self.arrays: dict[str, list[float | None]] = {}

    def add(self, values: Iterable[float]) -> str:
        """Store values (five significant digits; not a number becomes a gap) and return their reference."""
        array = [float(f"{value:.5g}") if math.isfinite(value) else None for value in values]
        name = str(len(self.arrays))
        self.arrays[name] = array
        return f"@{name}"


def short(text: str, longest: int = LONGEST_NAME) -> str:
    """Text without control characters, not too long; for the page, which shows markup as it is."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text)
    return kept if len(kept) <= longest else kept[: longest - 1] + "\u2026"


def plain(text: str, longest: int = LONGEST_NAME) -> str:
    """The same for plotly, which would read a little HTML in every text."""
    return html.escape(short(text, longest), quote=False)


def axis(title: str, **settings: Any) -> dict[str, Any]:
    """An axis with a title."""
    return {"title": {"text": title}, **settings}


def switch(name: str, label: str, options: Iterable[tuple[str, str, dict[str, Any]]]) -> dict[str, Any]:
    """A choice above a figure; each option has an id, a text, and what it changes in the layout."""
    listed = [{"id": id_, "label": text, "layout": layout} for id_, text, layout in options]
    return {"name": name, "label": label, "options": listed}


def figure(
    columns: Columns, traces: list[Trace], layout: dict[str, Any], switches: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Put a figure together."""
    offered = [entry for entry in switches if len(entry["options"]) > 1]
    return {"columns": columns.arrays, "traces": traces, "layout": layout, "switches": offered}
