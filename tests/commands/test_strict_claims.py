"""`--strict-claims`: a claim that failed fails the command, and no other verdict does."""

from __future__ import annotations

import io

import pytest
from factories import document, write_run
from rich.console import Console

import reports
from bench.analysis.tables import load
from bench.commands import run as command

CLAIM = {"architecture": "CNN", "metric": "test_accuracy"}


@pytest.mark.parametrize(
    ("verdict", "claim"),
    [
        ("reproduced", {"value": 0.7, "tolerance": 0.5}),
        ("not reproduced", {"value": 0.1, "tolerance": 0.01}),
        ("inconclusive", {"value": 0.71, "tolerance": 0.0001}),
        ("not comparable", {"value": 0.1, "protocol": {"dataset": "mnist"}}),
    ],
)
def test_only_a_claim_that_was_not_reproduced_fails(tmp_path, verdict, claim):
    """Doubt and other conditions are no refutation; the report shows each with its verdict."""
    run = write_run(tmp_path, document(claims=[CLAIM | claim]))
    assert list(load(run).claims["verdict"]) == [verdict]
    holds = command.show_summary(run, Console(file=io.StringIO()))
    assert holds == (verdict != "not reproduced")
    assert f">{verdict}</span>" in reports.report(run)


def test_one_failed_claim_among_others_fails(tmp_path):
    """It is not averaged away."""
    claims = [CLAIM | {"value": 0.7, "tolerance": 0.5}, CLAIM | {"value": 0.1}]
    run = write_run(tmp_path, document(claims=claims))
    assert not command.show_summary(run, Console(file=io.StringIO()))


def test_the_command_says_what_failed(tmp_path):
    """In a log of CI there is no report to look at."""
    claims = [CLAIM | {"value": 0.7, "tolerance": 0.5}, CLAIM | {"metric": "params", "value": 81_579}]
    told = io.StringIO()
    command.show_summary(write_run(tmp_path, document(claims=claims)), Console(file=told))
    assert "claims: 1 reproduced, 1 not reproduced\n" in told.getvalue()
    assert "CNN, params: published 81579, measured 81578; a count" in told.getvalue()


def test_a_suite_without_claims_cannot_fail(tmp_path):
    """Nothing was published, so nothing is refuted."""
    assert command.show_summary(write_run(tmp_path, document(claims=[])), Console(file=io.StringIO()))
