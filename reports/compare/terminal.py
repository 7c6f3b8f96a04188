"""A comparison as plain rows for a terminal: no markup, and no character that a terminal would obey."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bench.analysis.comparison import Comparison, Finding
from bench.printable import printable
from reports.compare.heading import heading
from reports.compare.opening import caveats, sentences
from reports.compare.overview import overview
from reports.compare.sections import sections
from reports.elements import Notes, Section, Table
from reports.words import plain_text

LEFT_OUT = ("Why", "n", "95 % interval")
"""Columns that a narrow terminal has no room for; the other formats have them."""


@dataclass(frozen=True)
class Block:
    """A table with its title."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[tuple[str, str], ...], ...]
    """Text and tone of each cell."""
    numeric: tuple[bool, ...]


@dataclass(frozen=True)
class Screen:
    """What is printed: lines, tables, lines."""

    before: tuple[str, ...]
    blocks: tuple[Block, ...]
    after: tuple[str, ...]
    """What to read with care, and the result."""


def screen(comparison: Comparison, findings: Iterable[Finding] = (), *, narrow: bool = False) -> Screen:
    """The tables, with the paragraph last, where a terminal shows it.

    Args:
        comparison: What to show.
        findings: What thresholds found.
        narrow: Whether to leave columns out.
    """
    judged, about = tuple(findings), heading(comparison)
    made = sections(comparison, judged)
    tables = [
        ("", overview(comparison)),
        *((section.title, part) for section in made for part in _tables(section)),
    ]
    care = caveats(comparison)
    notes = (
        [f"{kind}: {text}" for part in care.parts if isinstance(part, Notes) for kind, text in part.pairs]
        if care
        else []
    )
    return Screen(
        tuple(map(printable, (about.title, *about.sides))),
        tuple(block(title, table, narrow=narrow) for title, table in tables),
        tuple(map(printable, (*notes, plain_text(sentences(comparison, judged))))),
    )


def _tables(section: Section) -> list[Table]:
    return [part for part in section.parts if isinstance(part, Table)]


def block(title: str, table: Table, *, narrow: bool = False) -> Block:
    """A table without markup."""
    kept = [place for place, one in enumerate(table.columns) if not (narrow and one.title in LEFT_OUT)]
    return Block(
        title,
        tuple(printable(table.columns[place].title) for place in kept),
        tuple(tuple((printable(row[place].text), row[place].tone) for place in kept) for row in table.rows),
        tuple(table.columns[place].numeric for place in kept),
    )
