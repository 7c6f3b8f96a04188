"""A comparison as one self-contained HTML page, in the looks of the report and without figures to draw."""

from __future__ import annotations

from collections.abc import Iterable

from bench.analysis.comparison import Comparison, Finding
from reports.compare.cells import drawn
from reports.compare.heading import heading
from reports.compare.opening import caveats, sentences
from reports.compare.overview import overview
from reports.compare.sections import sections
from reports.elements import Notes
from reports.page import Page, fill


def render_comparison(comparison: Comparison, findings: Iterable[Finding] = ()) -> str:
    """The whole page."""
    judged, about, care = tuple(findings), heading(comparison), caveats(comparison)
    kinds = [kind for part in care.parts if isinstance(part, Notes) for kind, _ in part.pairs] if care else []
    page = Page(
        title=about.title,
        facts=list(about.sides),
        conclusion=sentences(comparison, judged),
        caveats=kinds,
        ranking=overview(comparison),
        sections=[*([care] if care else []), *sections(comparison, judged)],
        looks=drawn(comparison),
    )
    return fill(page)
