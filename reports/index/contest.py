"""Who fares best over all suites of an index: performance profiles and scores."""

from __future__ import annotations

from bench.analysis.history import Contest
from reports.elements import Section
from reports.palette import looks
from reports.sections.scores import score_parts
from reports.words import joined


def contest_section(found: Contest) -> Section:
    """The networks that several suites share, over all their targets."""
    suites = joined(list(found.convergence))
    lead = (
        f"Every target of the newest run of {suites} is a problem; what counts is the cost of reaching it in "
        "that run, against the others in it. Networks are told by their labels."
    )
    if found.ambiguous:
        lead += f" Left out, since the label names another network elsewhere: {', '.join(found.ambiguous)}."
    parts = score_parts("across", found.convergence, looks(found.labels), found.doubtful, named=True)
    return Section("across", "Across suites", lead, tuple(parts))
