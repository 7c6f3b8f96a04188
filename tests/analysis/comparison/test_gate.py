"""Thresholds: how they are written, what they accept, and that nothing passes by being absent."""

from __future__ import annotations

import pytest
from comparisons import SMALL, certain, changed, compared, nested, side, small
from factories import architectures

from bench.analysis.comparison import compare, judge, parse_thresholds
from bench.errors import SuiteError


def shifted(*shifts):
    """A change that moves the last test accuracy of each seed by so much."""

    def change(record):
        shift = shifts[record.trial.seed]
        return nested(certain(record), "training.last.test_accuracy", lambda accuracy: accuracy + shift)

    return change


def outcomes(text, change=certain, *, strict=False, **suites):
    """Outcome and passing of each finding."""
    findings = judge(compared(change, **suites), parse_thresholds(text), strict=strict)
    return [(one.outcome, one.passed) for one in findings]


@pytest.mark.parametrize(
    ("text", "difference", "exceeded"),
    [
        ("test_accuracy:-0.5pt", -0.0051, True),
        ("test_accuracy:-0.5pt", -0.0049, False),
        ("test_accuracy:-0.5pt", 0.710 - 0.715, False),
        ("test_accuracy:-0.5pt", 0.9, False),
        ("test_accuracy:\u22120.5pt", -0.0051, True),
        ("test_accuracy: -0.005", -0.0051, True),
        ("test_loss:+0.1", 0.11, True),
        ("test_loss:+0.1", -5.0, False),
        ("params:0", 1.0, True),
        ("params:0", -1.0, True),
        ("params:0", 0.0, False),
        ("params:+0", -1.0, False),
        ("params:-0", -1.0, True),
        ("params:1e3", 1001.0, True),
        ("params:1e3", -1001.0, True),
        ("params:5%", -0.06, True),
        ("train_throughput:-5%", -0.06, True),
        ("train_throughput@128:-5%", -0.04, False),
    ],
)
def test_a_threshold_limits_its_direction(text, difference, exceeded):
    """Exactly as much is still within; without a sign both directions are limited."""
    (threshold,) = parse_thresholds(text)
    assert threshold.exceeded(difference) is exceeded


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("test_acuracy:0", "did you mean 'test_accuracy'?"),
        ("accuracy of the thing:0", "choose from params"),
        ("params", "expected METRIC:THRESHOLD"),
        ("", "expected METRIC:THRESHOLD"),
        ("params:0,", "expected METRIC:THRESHOLD"),
        ("params:much", "'much' is no threshold"),
        ("params:nan", "'nan' is no threshold"),
        ("params:1e999", "'1e999' is no threshold"),
        ("params:--1", "'--1' is no threshold"),
        ("params:1pt", "no percentage points"),
        ("params@7:0", "no settings"),
        ("train_throughput@nan:0", "no batch size"),
        ("epochs_to_target@:0", "no target"),
        ("claims:-1", "claims:0"),
    ],
)
def test_what_cannot_be_understood_is_refused(text, said):
    """With what was meant, before anything is read."""
    with pytest.raises(SuiteError, match=r"--fail-on") as caught:
        parse_thresholds(text)
    assert said in str(caught.value)


def test_several_thresholds_are_separated_by_commas():
    """Spaces around them do not matter."""
    assert [one.text for one in parse_thresholds("params:0 , macs:+1%")] == ["params:0", "macs:+1%"]


@pytest.mark.parametrize(
    ("shifts", "strict", "expected"),
    [
        ((0, 0, 0), False, ("within", True)),
        ((-0.004, -0.003, -0.005), False, ("within", True)),
        ((-0.010, -0.011, -0.009), False, ("beyond", False)),
        ((-0.040, 0.020, -0.010), False, ("beyond, but within noise", True)),
        ((-0.040, 0.020, -0.010), True, ("beyond, but within noise", False)),
        ((-0.010, -0.011, -0.009), True, ("beyond", False)),
        ((0.040, 0.041, 0.039), True, ("within", True)),
    ],
)
def test_the_mean_decides_unless_it_is_noise(shifts, strict, expected):
    """Beyond the threshold, an interval that contains zero passes; with --strict the mean alone decides."""
    assert outcomes("test_accuracy:-0.5pt", shifted(*shifts), strict=strict) == [expected]


def test_one_seed_is_judged_by_its_difference():
    """No interval shows that it is noise, so a CI build fails rather than passes."""
    suite = small(recipe={"epochs": 3, "seeds": [0]})
    assert outcomes("test_accuracy:-0.5pt", shifted(-0.01), before=suite) == [("beyond", False)]


def test_every_setting_is_judged_unless_one_is_named():
    """Both batch sizes, or one of them."""
    assert outcomes("train_throughput:-5%") == [("within", True)] * 2
    assert outcomes("train_throughput@128:-5%") == [("within", True)]
    assert outcomes("train_throughput@512:-5%") == [("missing", False)]


@pytest.mark.parametrize(
    ("text", "change", "outcome"),
    [
        ("train_throughput:-5%", changed("throughput", ()), "missing"),
        ("latency_p50:+5%", changed("latency", None), "missing"),
        ("test_accuracy:-5pt", changed("environment", {}), "not comparable"),
        (
            "test_accuracy:-5pt",
            changed("status", "failed", lambda record: record.trial.seed == 1),
            "unfinished",
        ),
        ("test_accuracy:-5pt", lambda _record: None, "unfinished"),
        ("params:0", lambda _record: None, "missing"),
        ("epochs_to_target@0.99:+50%", certain, "unknown"),
        ("seconds_to_target@0.98:+50%", certain, "missing"),
        ("claims:0", certain, "missing"),
    ],
)
def test_nothing_passes_by_being_absent(text, change, outcome):
    """Missing, not comparable, not finished, not known: each fails and says what it is."""
    found = outcomes(text, change)
    assert found
    assert set(found) == {(outcome, False)}


def test_a_vanished_architecture_fails_every_threshold():
    """A new one does not: there is nothing that it could be worse than."""
    two, three = (small(architectures=architectures(count)) for count in (2, 3))
    assert outcomes("params:0", before=two, suite=three) == [("within", True)] * 2
    found = outcomes("params:0,macs:0", before=three, suite=two)
    assert found.count(("gone", False)) == 2


def test_runs_without_a_common_architecture_fail():
    """Nothing was compared, so nothing was checked."""
    other = small(architectures=[{"label": "other", "name": "vgg11"}])
    assert ("gone", False) in outcomes("params:0", suite=other)


def test_a_changed_verdict_on_a_claim_fails():
    """Reproduced before, not reproduced now."""
    claim = {"architecture": "Network 0", "metric": "params", "value": 81578}
    suite = small(claims=[claim])
    assert outcomes("claims:0", before=suite) == [("within", True)]
    assert outcomes("claims:0", changed("static.params", 5), before=suite) == [("beyond", False)]


def test_a_claim_that_is_no_longer_made_fails():
    """Taking the claim out of the suite does not pass the gate."""
    suite = small(claims=[{"architecture": "Network 0", "metric": "params", "value": 81578}])
    assert outcomes("claims:0", before=suite, suite=small()) == [("missing", False)]


def test_any_change_from_zero_is_beyond_every_percentage():
    """A share of nothing cannot be taken."""
    zero = changed("static.params_body", 0)
    assert outcomes("params_body:+500%", zero) == [("within", True)]
    grown = compare(side(SMALL, zero), side(SMALL))
    (finding,) = judge(grown, parse_thresholds("params_body:+500%"))
    assert finding.outcome == "beyond"
