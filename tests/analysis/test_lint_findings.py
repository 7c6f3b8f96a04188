"""Findings of the lint, from the records to the caveats."""

from __future__ import annotations

from factories import architectures, document, write_run

from bench.analysis.tables import load
from bench.records import Finding, TrialRecord
from reports.sections.cost import cost

STEM = Finding(rule="large-stem", layers=("stem.conv",), message="a 7x7 stem; use a 3x3 stem")


def tables_with(tmp_path, findings, networks=3):
    """A run whose networks have these findings, by place; None for a record from before the lint."""

    def change(record):
        found = findings[int(record.trial.label.rpartition(" ")[2])]
        return record.model_copy(update={"static": record.static.model_copy(update={"findings": found})})

    suite = document(architectures=architectures(networks), claims=[], recipe={"epochs": 2})
    return load(write_run(tmp_path, suite, change))


def test_a_finding_is_one_caveat_for_all_networks_that_have_it(tmp_path):
    """And not one for every seed."""
    warnings = tables_with(tmp_path, [(STEM,), (STEM,), ()]).warnings
    assert list(warnings["kind"]) == ["architecture lint"]
    assert warnings["message"].iloc[0] == "Network 0, Network 1: a 7x7 stem; use a 3x3 stem."


def test_the_architecture_carries_its_findings(tmp_path):
    """Beside its counts; having found nothing is not the same as not having looked."""
    tables = tables_with(tmp_path, [(STEM,), (), None])
    table = cost(tables).parts[0]
    assert [row[-1].text for row in table.rows] == ["large-stem", "nothing found", "not looked at"]
    assert list(tables.findings["layers"]) == ["stem.conv"]


def test_a_record_from_before_the_lint_is_read(tmp_path):
    """Without the key, findings are unknown."""
    run = write_run(tmp_path, document(recipe={"epochs": 2, "seeds": [0]}))
    written = run.records()[0].model_dump(mode="json")
    del written["static"]["findings"]
    assert TrialRecord.model_validate(written).static.findings is None
