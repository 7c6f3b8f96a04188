"""Trials without a result stay visible wherever their numbers would stand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import architectures, document, write_run

import reports
from bench.analysis.tables import load
from reports.figures.curves import learning_curves
from reports.sections.accuracy import learning_curves as curves_section
from reports.sections.convergence import convergence
from reports.sections.differences import differences
from reports.sections.ranking import ranking, suite_looks

ENDS = {
    ("Network 0", 1): "failed", ("Network 0", 2): "diverged",
    ("Network 2", 0): "failed", ("Network 2", 1): "interrupted", ("Network 2", 2): "missing",
}  # fmt: skip
"""Network 0 has one result, network 1 all three, network 2 none."""


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A run in which trials end in every way."""

    def change(record):
        status = ENDS.get((record.trial.label, record.trial.seed), "done")
        if status == "missing":
            return None
        training = record.training if status in ("done", "diverged") else None
        return record.model_copy(update={"status": status, "training": training, "reason": status})

    suite = document(
        architectures=architectures(3), claims=[], recipe={"epochs": 4},
        measure={"convergence": {"targets": [0.3, 0.99]}},
    )  # fmt: skip
    return load(write_run(tmp_path_factory.mktemp("runs"), suite, change))


def column(table, title):
    """Text of a column by the name in the first."""
    place = [one.title for one in table.columns].index(title)
    return {row[0].text: row[place].text for row in table.rows}


def to_target(tables, target):
    """The rows of the convergence table about one target, and those about any."""
    table = convergence(tables).parts[0]
    rows = tuple(row for row in table.rows if row[1].text.replace("\u202f", " ") in (target, "any"))
    return replace(table, rows=rows)


def test_the_ranking_says_what_became_of_each(tables):
    """An architecture without any result has a row, too."""
    assert column(ranking(tables), "Seeds") == {
        "Network 0": "1 of 3: 1 failed, 1 diverged",
        "Network 1": "3 of 3",
        "Network 2": "0 of 3: 1 failed, 1 interrupted, 1 not run yet",
    }


def test_unfinished_trials_have_curves_of_their_own(tables):
    """Thin, with a cross at their last epoch, and in no mean."""
    spec = learning_curves(tables, suite_looks(tables))
    named = {trace["name"]: trace for trace in spec["traces"] if "name" in trace}
    assert {name for name in named if "seed" in name} == {
        "Network 0 seed 1, failed", "Network 0 seed 2, diverged",
        "Network 2 seed 0, failed", "Network 2 seed 1, interrupted",
    }  # fmt: skip
    broken = named["Network 0 seed 2, diverged"]
    assert broken["marker"]["size"] == [0, 0, 0, 10]
    assert broken["line"]["width"] < named["Network 0"]["line"]["width"]
    assert "Network 2" not in named
    section = curves_section(tables)
    assert "cross" in section.parts[0].caption
    assert "Network 2 seed 2 (not run yet)" in section.lead
    assert "Network 0 seed 2 (diverged after 4 of 4 epochs)" in section.lead


def test_every_pair_is_in_the_differences(tables):
    """A pair without a common seed says so; one with fewer than planned counts them."""
    table = differences(tables).parts[0]
    found = {(row[0].text, row[1].text): (row[4].text, row[7].text) for row in table.rows}
    assert found == {
        ("Network 0", "Network 1"): ("one seed, no interval", "1 of 3"),
        ("Network 0", "Network 2"): ("no common seed", "0 of 3"),
        ("Network 1", "Network 2"): ("no common seed", "0 of 3"),
    }
    assert len({len(row) for row in table.rows} | {len(table.columns)}) == 1


def test_without_accuracy_nothing_is_worth_its_cost(tables):
    """Nobody is ahead of a network that has no result, and still it is not in the Pareto set."""
    table = differences(tables).parts[1]
    assert {row[0].text: row[1].text for row in table.rows} == {
        "Network 0": "yes", "Network 1": "yes", "Network 2": "\u2013",
    }  # fmt: skip


def test_every_planned_seed_is_in_the_convergence(tables):
    """A diverged one as censored, a failed one in words; a network without any has a row of its own."""
    table = to_target(tables, "99 %")
    first, second, third = column(table, "Time of each seed")["Network 0"].split(", ")
    assert second == "failed"
    assert third.endswith("(diverged)")
    assert "failed" not in first
    assert column(table, "Reached")["Network 0"] == "0 of 2; 1 failed, 1 diverged"
    assert column(table, "Reached")["Network 2"] == "1 failed, 1 interrupted, 1 not run yet"
    assert len({len(row) for row in table.rows} | {len(table.columns)}) == 1


def test_what_was_reached_before_a_trial_ended_is_told(tables):
    """It is known, whatever came later; and what came later is said, too."""
    table = to_target(tables, "30 %")
    assert column(table, "Time of each seed")["Network 0"].split(", ")[1].endswith("s (failed)")
    assert column(table, "Reached")["Network 0"] == "3 of 3; 1 failed, 1 diverged"
    assert column(table, "Reached")["Network 2"] == "2 of 2; 1 failed, 1 interrupted, 1 not run yet"


def test_a_run_without_holes_mentions_none(tmp_path):
    """No sentence, no cross, no red pill."""
    whole = load(write_run(tmp_path, document(architectures=architectures(2), claims=[])))
    assert curves_section(whole).lead == ""
    assert "cross" not in curves_section(whole).parts[0].caption
    assert differences(whole).parts[0].note == ""
    assert "no common seed" not in reports.render(whole)
