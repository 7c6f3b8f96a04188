"""What a report is made of: sections, which hold tables, figures, lists and verbatim text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from markupsafe import Markup

from reports.format import exact

NOTHING = Markup()


@dataclass(frozen=True)
class Cell:
    """One cell of a table: what is shown, and the exact value that sorts and is copied as CSV."""

    text: str
    value: object = None
    """The exact value; None takes the text."""
    mark: Markup = NOTHING
    """The architecture's marker, before the text."""
    graphic: Markup = NOTHING
    """A small drawing after the text."""
    tone: Literal["", "good", "bad", "unsure", "quiet"] = ""
    """What a verdict means; always said in the text as well."""

    @property
    def exact(self) -> str:
        """The exact value as text."""
        return self.text if self.value is None else exact(self.value)


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    title: str
    unit: str = ""
    """Shown small beside the title."""
    note: str = ""
    """What the number means."""
    numeric: bool = True


@dataclass(frozen=True)
class Table:
    """Sortable, filterable, and copied as CSV or Markdown."""

    id: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    kind: str = "table"


@dataclass(frozen=True)
class Figure:
    """A plotly figure; `spec` holds columns, traces, layout and switches (see `reports.figures`)."""

    id: str
    caption: str
    spec: dict[str, Any]
    legend: bool = True
    """Whether architectures can be shown and hidden; not where the axis names them."""
    kind: str = "figure"


@dataclass(frozen=True)
class Items:
    """Names and values."""

    pairs: tuple[tuple[str, str], ...]
    kind: str = "items"


@dataclass(frozen=True)
class Verbatim:
    """Text as it stands in a file."""

    text: str
    kind: str = "verbatim"


@dataclass(frozen=True)
class Notes:
    """Short paragraphs, each with a heading word."""

    pairs: tuple[tuple[str, str], ...]
    kind: str = "notes"


@dataclass(frozen=True)
class Fold:
    """Parts behind a line that opens them."""

    title: str
    parts: tuple[Part, ...]
    mark: Markup = NOTHING
    kind: str = "fold"


@dataclass(frozen=True)
class Sheet:
    """A PNG that holds all small pictures of the page; shows nothing itself."""

    data: str
    """As a data address."""
    width: int
    """In pixels."""
    height: int
    """In pixels."""
    kind: str = "sheet"


@dataclass(frozen=True)
class Picture:
    """A piece of the sheet, with what is said about it."""

    box: tuple[int, int, int, int]
    """Left, top, width and height in the sheet, in pixels."""
    size: tuple[int, int]
    """Width and height in the page."""
    alt: str
    """What it shows, for those who cannot see it."""
    true: str
    """Name of the true class."""
    answers: tuple[tuple[str, bool], ...]
    """What each network says, and whether it is right."""
    note: str = ""


@dataclass(frozen=True)
class Pictures:
    """Pictures in a row under one heading."""

    title: str
    pictures: tuple[Picture, ...]
    mark: Markup = NOTHING


@dataclass(frozen=True)
class Gallery:
    """Rows of pictures."""

    title: str
    rows: tuple[Pictures, ...]
    kind: str = "gallery"


Part = Table | Figure | Items | Verbatim | Notes | Fold | Sheet | Gallery


@dataclass(frozen=True)
class Section:
    """A heading that can be linked to, a sentence that says how to read it, and its parts."""

    id: str
    title: str
    lead: str = ""
    parts: tuple[Part, ...] = field(default=())
