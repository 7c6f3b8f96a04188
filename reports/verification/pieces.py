"""A page taken apart: each tag and each text of it, with the place at which a reader finds it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal

Kind = Literal["text", "cell", "exact value", "tag", "code", "packed"]
"""Packed is a figure's data or the figures' library, compressed; code is any other script, and style."""

PACKED = "application/gzip"

NAMES = ("dt", "summary")
"""Elements whose text names what follows."""

AFTER_NAMES = ("dd", "details")
"""Elements whose end ends what was named."""


@dataclass(frozen=True)
class Piece:
    """One tag or text."""

    spot: tuple[str, int, int]
    """Section, table or figure; row and column counted from 0, -1 outside of rows."""
    place: str
    """The same in words: the row by its first cell, the column by its header."""
    kind: Kind
    value: str


def take_apart(page: str) -> list[Piece]:
    """Every tag and text of a page, in order; nothing of the file is left out."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.pieces()


@dataclass
class _Table:
    """Where a reader is in a table, and what its columns and rows are called."""

    headers: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    column: int = -1
    seen: Counter[str] = field(default_factory=Counter)

    def next_cell(self) -> None:
        self.column += 1
        if self.column == 0:
            self.rows.append("")

    def end_cell(self, text: str) -> None:
        """The first cell names its row; rows that begin with the same are numbered."""
        if self.column == 0:
            self.seen[text] += 1
            self.rows[-1] = text if self.seen[text] == 1 else f"{text} ({self.seen[text]})"

    def where(self, row: int, column: int) -> list[str]:
        """A cell's place in words."""
        named = [f"row {self.rows[row]}"] if row >= 0 else []
        return [*named, f"column {self.headers[column]}"] if 0 <= column < len(self.headers) else named


class _Reader(HTMLParser):
    """Follows sections, tables and figures through a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[Kind, str, tuple[str, ...], _Table | None, int, int]] = []
        self.text: list[str] = []
        self.heard: list[str] = []
        """Text since the last cell, header or name began."""
        self.section, self.part, self.name = "", "", ""
        self.table: _Table | None = None
        self.kind: Kind = "text"

    def pieces(self) -> list[Piece]:
        """What was found, once all rows have their names."""
        self._end_text()
        return [
            Piece(
                (" / ".join(around[:2]), row, column),
                ", ".join([*filter(None, around), *(table.where(row, column) if table else ())]),
                kind,
                value,
            )
            for kind, value, around, table, row, column in self.found
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_text()
        given = dict(attrs)
        if tag == "section":
            self.section, self.part, self.name = given.get("id") or "", "", ""
        elif tag in ("table", "figure"):
            self.part = given.get("id") or ""
            self.table = _Table() if tag == "table" else None
        elif tag == "tr" and self.table:
            self.table.column = -1
        elif tag in ("td", "th", *NAMES):
            self.heard = []
            if tag == "td" and self.table:
                self.table.next_cell()
                self.kind = "cell"
        elif tag in ("script", "style"):
            self.kind = "packed" if given.get("type") == PACKED else "code"
        exact = given.get("data-value") if tag == "td" else None
        rest = [f"{name}={value!r}" for name, value in attrs if exact is None or name != "data-value"]
        self._add("tag", f"<{' '.join([tag, *rest])}>")
        if exact is not None:
            self._add("exact value", exact)

    def handle_endtag(self, tag: str) -> None:
        self._end_text()
        text = " ".join(filter(None, self.heard))
        if tag == "th" and self.table:
            self.table.headers.append(text)
        elif tag == "td" and self.table and self.table.rows:
            self.table.end_cell(text)
        elif tag in NAMES:
            self.name = text
        self._add("tag", f"</{tag}>")
        if tag in ("td", "script", "style"):
            self.kind = "text"
        elif tag in ("table", "figure"):
            self.table, self.part = None, ""
        elif tag in AFTER_NAMES:
            self.name = ""
        elif tag == "section":
            self.section = ""

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self._add("tag", f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._add("tag", f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self._add("tag", f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self._add("tag", f"<![{data}]>")

    def _end_text(self) -> None:
        """What stood between two tags, as one piece."""
        text = "".join(self.text)
        self.text = []
        self.heard.append(text)
        if text:
            self._add(self.kind, text)

    def _add(self, kind: Kind, value: str) -> None:
        if self.text:
            self._end_text()
        around = (self.section, self.part, self.name)
        table = self.table
        row, column = (len(table.rows) - 1, table.column) if table else (-1, -1)
        self.found.append((kind, value, around, table, row, column))
