"""One table as a LaTeX float with the rules of booktabs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.elements import Cell, Column, Table
from reports.latex.text import beyond_pdflatex, escape

LONGEST_NAME = 40
"""Characters of a cell of text; a column with longer ones breaks its lines."""


@dataclass(frozen=True)
class PaperTable:
    """A table with what a float needs; `note` of the table becomes the caption's end."""

    table: Table
    caption: str
    bold: frozenset[tuple[int, int]] = frozenset()
    """Row and column of the cells in bold."""


def booktabs(paper: PaperTable) -> str:
    r"""The float, to be taken in by `\input`; needs the packages booktabs and, for T1, fontenc."""
    table = paper.table
    caption = " ".join(filter(None, (paper.caption, table.note)))
    body = [_row(row, _bold_columns(paper, number)) for number, row in enumerate(table.rows)]
    lines = [
        r"% Needs \usepackage[T1]{fontenc} and \usepackage{booktabs}.",
        *_warning(caption, table),
        r"\begin{table}[htbp]",
        r"  \centering",
        r"  \small",
        r"  \setlength{\tabcolsep}{4.5pt}",
        f"  \\caption{{{escape(caption)}}}",
        f"  \\label{{tab:{table.id}}}",
        f"  \\begin{{tabular}}{{@{{}}{_alignment(table)}@{{}}}}",
        r"    \toprule",
        *_headings(table.columns),
        r"    \midrule",
        *body,
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _headings(columns: Iterable[Column]) -> list[str]:
    """Titles, and their units on a second line where any has one."""
    listed = list(columns)
    rows = [[column.title for column in listed]]
    if any(column.unit for column in listed):
        rows.append([f"({column.unit})" if column.unit else "" for column in listed])
    return [f"    {' & '.join(map(escape, row))} \\\\" for row in rows]


def _row(row: tuple[Cell, ...], bold: frozenset[int]) -> str:
    texts = (escape(cell.text) for cell in row)
    cells = [f"\\textbf{{{text}}}" if place in bold else text for place, text in enumerate(texts)]
    return f"    {' & '.join(cells)} \\\\"


def _bold_columns(paper: PaperTable, number: int) -> frozenset[int]:
    return frozenset(column for row, column in paper.bold if row == number)


def _alignment(table: Table) -> str:
    """Numbers to the right, names to the left; long names break, within a third of the line together."""
    names = [place for place, column in enumerate(table.columns) if not column.numeric]
    long = {place for place in names if any(len(row[place].text) > LONGEST_NAME for row in table.rows)}
    wide = f"p{{{0.33 / max(1, len(long)):.2f}\\linewidth}}"
    kinds = {place: wide if place in long else "l" for place in names}
    return "".join(kinds.get(place, "r") for place in range(len(table.columns)))


def _warning(caption: str, table: Table) -> list[str]:
    """A comment where pdfLaTeX alone will not do."""
    texts = [caption, *(cell.text for row in table.rows for cell in row)]
    signs = beyond_pdflatex("".join(texts))
    codes = ", ".join(f"U+{ord(sign):04X}" for sign in signs)
    return [f"% pdfLaTeX cannot print {codes}: use LuaLaTeX or XeLaTeX with a font that has them."] * bool(
        signs
    )
