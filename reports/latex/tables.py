"""Which tables of a run a paper shows, with few enough columns for its page."""

from __future__ import annotations

from bench.analysis.tables import Tables
from reports.latex.accuracy import accuracies, differences, ranking
from reports.latex.booktabs import PaperTable
from reports.latex.costs import convergence, cost


def paper_tables(tables: Tables) -> list[PaperTable]:
    """Ranking, accuracies, differences, cost, convergence; what has no rows is left out."""
    made = (ranking(tables), accuracies(tables), differences(tables), cost(tables), convergence(tables))
    return [paper for paper in made if paper.table.rows]
