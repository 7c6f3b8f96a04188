"""AlgoPerf's score: how an architecture fares over many targets, in one figure a kind of cost."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from bench.analysis.convergence import AXES
from bench.analysis.frames import rows
from bench.analysis.profiles import LARGEST_RATIO, problems, profile_scores
from reports import format as show
from reports.elements import Cell, Column, Figure, Part, Table
from reports.figures.profiles import NAMES, profiles
from reports.palette import Look
from reports.sections.ranking import DOUBTFUL, name_cell

NOTE = (
    f"Score: mean height of the profile from 1 to {LARGEST_RATIO:g} times the cost of the cheapest (Dahl et "
    "al. 2023, AlgoPerf). 1: the cheapest to every target; 0: never within that factor."
)

CAPTION = (
    "Performance profile (Dolan & Mor\u00e9 2002): the share of targets that an architecture reaches at "
    "no more than so many times the median cost of the one that reaches it cheapest. Higher is better; a "
    "target that is never reached stays missing."
)


def score_parts(
    name: str,
    convergence: Mapping[str, pd.DataFrame],
    looks: dict[str, Look],
    doubtful: Collection[str],
    *,
    named: bool = False,
) -> list[Part]:
    """Profiles over the targets of one suite or of several, and the scores that sum them up.

    Args:
        name: Of the figure in the page.
        convergence: The convergence table of each suite, by a name of the suite.
        looks: Of each architecture.
        doubtful: Architectures of which some training time is doubtful.
        named: Whether the figure has a legend of its own, where the page has none.
    """
    spec = profiles(convergence, looks, named=named)
    figure = Figure(f"figure-{name}", CAPTION, spec, legend=not named)
    return [figure, _scores(name, convergence, looks, doubtful)]


def _scores(
    name: str, convergence: Mapping[str, pd.DataFrame], looks: dict[str, Look], doubtful: Collection[str]
) -> Table:
    """One row an architecture, the best by time first."""
    order = ("seconds", *(one for one in AXES if one != "seconds"))
    costs = {axis: problems(convergence, axis) for axis in order}
    scores = {axis: profile_scores(of_axis).set_index("label")["score"] for axis, of_axis in costs.items()}
    present = costs["seconds"]["label"].value_counts()
    columns = (
        Column("Architecture", numeric=False),
        *(
            Column("Score", NAMES[axis][0].lower() + NAMES[axis][1:], DOUBTFUL if axis == "seconds" else "")
            for axis in order
        ),
        Column("Reached", "targets", "By the median over seeds."),
        Column("Took part", "targets", "Where it did not, it counts as one that never got there."),
    )
    body = []
    for row in rows(profile_scores(costs["seconds"])):
        label = row["label"]
        values = {axis: float(scores[axis][label]) for axis in order}
        unsure = {"seconds": " ?" if label in doubtful else ""}
        body.append((
            name_cell(label, looks[label]),
            *(Cell(show.number(value, 2) + unsure.get(axis, ""), value) for axis, value in values.items()),
            Cell(f"{row['solved']} of {row['problems']}", row["solved"]),
            Cell(show.count(int(present[label])), int(present[label])),
        ))  # fmt: skip
    return Table(f"table-{name}", columns, tuple(body), NOTE)
