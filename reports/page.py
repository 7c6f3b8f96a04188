"""Tables to one self-contained HTML page that asks nothing of a network and runs no script but its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bench.analysis.tables import Tables
from reports import assets
from reports.conclusion import conclusion
from reports.elements import Figure, Section, Table
from reports.enclosed import Enclosed
from reports.figures.cost import cost_against_accuracy
from reports.format import count
from reports.palette import Look
from reports.sections import SECTIONS
from reports.sections.checking import checking
from reports.sections.ranking import ranking, suite_looks
from reports.words import Words, plain_text, upright


@dataclass(frozen=True)
class Page:
    """What fills the template: the first screen, and the sections below it."""

    title: str
    facts: Sequence[str]
    """The line above the title."""
    conclusion: Sequence[Words]
    """The result in a paragraph."""
    caveats: Sequence[str]
    """Kinds of warnings; the section "caveats" holds them."""
    ranking: Table
    """The table of the first screen."""
    sections: Sequence[Section]
    question: str = ""
    """What was asked."""
    cost: Figure | None = None
    """The figure of the first screen."""
    looks: Mapping[str, Look] = field(default_factory=dict)
    """How each architecture is drawn, by label: all whose marks stand anywhere on the page."""
    legend: Sequence[str] = ()
    """Labels of those that figures show."""
    records: Enclosed | None = None
    """What the page was made from, to travel inside."""
    bare: bool = False
    """Whether the figure of the first screen is all there is to see, inside another page."""


def render(tables: Tables, records: Enclosed | None = None) -> str:
    """The whole page.

    Args:
        tables: What it shows.
        records: What they were computed from, to travel inside; without them nobody can verify the page.
    """
    sections = [section for make in SECTIONS if (section := make(tables))]
    page = Page(
        title=tables.suite.title,
        question=tables.suite.description,
        facts=_facts(tables),
        conclusion=conclusion(tables),
        caveats=list(dict.fromkeys(tables.warnings["kind"])),
        ranking=ranking(tables),
        cost=cost_figure(tables),
        sections=[*sections, checking(records, ongoing=len(tables.ongoing) > 0)],
        looks=suite_looks(tables),
        legend=tables.labels,
        records=records,
    )
    return fill(page, plotly=assets.plotly())


def fill(page: Page, *, plotly: tuple[str, str] = ("", "")) -> str:
    """The template with its contents, style and script.

    Args:
        page: What it shows.
        plotly: Its packed script and the policy hash; none for a page without figures.
    """
    script = assets.script()
    template = Environment(
        loader=PackageLoader("reports", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    ).get_template("page.html")
    return template.render(
        **(vars(page) | {"conclusion": upright(page.conclusion)}),
        summary=plain_text(page.conclusion),
        icon=assets.icon(),
        style=Markup(assets.style()),  # noqa: S704 (our own file)
        script=Markup(script),  # noqa: S704 (our own file)
        plotly=plotly[0],
        policy=f"{assets.policy_hash(script.encode())} {plotly[1]}".strip(),
        packed=packed,
        archive=assets.text(page.records.content) if page.records else "",
    )


def packed(spec: dict[str, Any]) -> str:
    """A figure as JSON, gzipped and in base64: about a quarter of its size, and harmless in any element."""
    text = json.dumps(spec, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return assets.packed(text.encode())


def cost_figure(tables: Tables) -> Figure | None:
    """What the first screen draws, where any trial has finished."""
    spec = cost_against_accuracy(tables, suite_looks(tables))
    caption = (
        "Up and to the left is better. Whiskers are 95 % Student-t intervals over seeds; the cost axis is "
        "logarithmic. A hollow marker: another costs no more and is more accurate beyond the seeds' noise. "
        "A question mark: the time is doubtful."
    )
    return Figure("figure-cost", caption, spec) if spec["traces"] else None


def _facts(tables: Tables) -> list[str]:
    """The line under the title: on what, for how long, where, when."""
    data, choices = tables.data, tables.choices
    facts = [data.name if data else tables.suite.dataset.name]
    if data:
        facts.append(f"{count(data.train_images)} training images")
    planned = sorted(set(tables.trials["epochs_planned"]))
    facts.append(f"{' or '.join(map(str, planned))} epochs")
    facts.append(f"{tables.finished} of {len(tables.trials)} trials")
    if choices:
        facts += [choices.device_name, choices.precision]
    return [*facts, tables.info.created_at[:10]]
