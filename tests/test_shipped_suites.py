"""The suites that ship: each can be planned, is locked, and says where its claims come from."""

import json

import pytest

from bench.plan import make_plan
from bench.spec import Suite
from bench.suite_file import load_suite, shipped_suites

SHIPPED = sorted(shipped_suites())
ON_A_GPU = [name for name in SHIPPED if name.endswith("_gpu")]


@pytest.mark.parametrize("name", SHIPPED)
def test_it_has_a_plan_in_which_every_trial_is_another(name):
    """And a title and a question for the report."""
    suite = load_suite(name)
    plan = make_plan(suite)
    assert len({trial.id for trial in plan}) == len(plan) >= len(suite.architectures)
    assert suite.title != "Untitled suite"
    assert "?" in suite.description


@pytest.mark.parametrize("name", SHIPPED)
def test_every_claim_names_an_architecture_and_its_source(name):
    """Accuracies with the data set that they were published on."""
    suite = load_suite(name)
    labels = {architecture.label for architecture in suite.architectures}
    for claim in suite.claims:
        assert claim.architecture in labels
        assert claim.source
        if claim.metric.endswith(("accuracy", "loss")):
            assert claim.protocol.dataset == suite.dataset.name
            assert claim.tolerance > 0


@pytest.mark.parametrize("name", SHIPPED)
def test_its_lock_lies_beside_it(name):
    """`bench check` holds every suite to its counts."""
    assert shipped_suites()[name].with_suffix(".lock").is_file()


@pytest.mark.parametrize("name", ON_A_GPU)
def test_a_gpu_form_asks_for_a_gpu_and_has_its_cpu_form(name):
    """The same question about the same data, at full size."""
    large, small = load_suite(name), load_suite(name.removesuffix("_gpu"))
    assert large.dataset.name == small.dataset.name
    assert large.dataset.limit is None
    assert {one.name for one in small.architectures} <= {one.name for one in large.architectures}
    assert large.execution.device == "cuda"


@pytest.mark.parametrize("name", SHIPPED)
def test_editors_find_its_schema_beside_it(name):
    """By the first line, which taplo and what is built on it read."""
    path = shipped_suites()[name]
    assert path.read_text(encoding="utf-8").startswith("#:schema ./suite.schema.json\n")
    assert path.with_name("suite.schema.json").is_file()


def test_the_schema_beside_them_is_that_of_the_program():
    """After a change of the spec: `bench schema > suites/suite.schema.json`."""
    kept = shipped_suites()["quickstart"].with_name("suite.schema.json").read_text(encoding="utf-8")
    assert json.loads(kept) == Suite.model_json_schema()
