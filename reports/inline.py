"""A run inside another page, as in a notebook: paragraph and ranking as plain HTML, the figure in a frame.

Whoever strips frames from a notebook, as some hosts do, still shows the answer.
"""

from __future__ import annotations

from html import escape

from bench.analysis.tables import Tables
from reports import assets
from reports.conclusion import conclusion
from reports.elements import Table
from reports.page import Page, cost_figure, fill
from reports.sections.ranking import ranking, suite_looks
from reports.words import Words, upright

FIGURE_HEIGHT = 520
"""Pixels: the figure, its legend and its caption."""


def fragment(tables: Tables) -> str:
    """Paragraph, ranking and figure; asks nothing of a network.

    Args:
        tables: What it shows.
    """
    sentences = " ".join(map(_sentence, upright(conclusion(tables))))
    title = f"<h3><bdi>{escape(tables.suite.title)}</bdi></h3>"
    parts = [title, f"<p>{sentences}</p>", _table(ranking(tables))]
    if cost := cost_figure(tables):
        page = Page(
            title=tables.suite.title,
            facts=(),
            conclusion=(),
            caveats=(),
            ranking=Table("ranking", (), ()),
            sections=(),
            cost=cost,
            looks=suite_looks(tables),
            legend=tables.labels,
            bare=True,
        )
        parts.append(framed(fill(page, plotly=assets.plotly()), FIGURE_HEIGHT))
    return "\n".join(parts)


def framed(page: str, height: int) -> str:
    """A whole page inside another one, whose scripts and styles neither see nor touch each other.

    Args:
        page: HTML that needs nothing beside itself.
        height: In pixels.
    """
    style = f"width:100%;height:{height}px;border:0"
    may = "allow-scripts allow-downloads"
    return f'<iframe sandbox="{may}" style="{style}" srcdoc="{escape(page)}"></iframe>'


def _sentence(words: Words) -> str:
    return "".join(f"<b><bdi>{escape(text)}</bdi></b>" if strong else escape(text) for text, strong in words)


def _table(table: Table) -> str:
    heads = "".join(f"<th>{escape(f'{one.title} {one.unit}'.strip())}</th>" for one in table.columns)
    rows = ("".join(f"<td><bdi>{escape(cell.text)}</bdi></td>" for cell in row) for row in table.rows)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
