"""Plain and residual twins: found by name, compared by seed."""

import pytest
from factories import document, write_run

from bench.analysis.tables import load
from bench.analysis.twins import twins
from bench.suite_file import check_document

PAIR = [
    {"label": "Plain", "name": "cifar_plain20"},
    {"label": "Residual", "name": "cifar_resnet20"},
]


def suite(entries, **keys):
    return document(architectures=entries, claims=[], **keys)


def found(entries):
    checked = check_document(suite(entries), "test")
    return twins(checked, tuple(entry["label"] for entry in entries))


def test_networks_of_equal_depth_are_twins():
    """Whatever their order; depth 56 is no twin of depth 20."""
    deeper = {"label": "Deep", "name": "cifar_resnet56"}
    assert found([deeper, *reversed(PAIR)]) == [("Plain", "Residual")]


def test_unequal_arguments_make_no_twins():
    """A wider network is another network; an argument that only one of them has does not matter."""
    wide = {**PAIR[1], "args": {"width": 32}}
    narrow = {**PAIR[0], "args": {"width": 16}}
    other = {**PAIR[1], "args": {"shortcut": "B"}}
    assert found([narrow, wide]) == []
    assert found([narrow, other]) == [("Plain", "Residual")]


@pytest.mark.parametrize(
    "recipe", [{"epochs": 7}, {"optimizer": {"lr": 0.3}}, {"init_from": {"trial": "Plain"}}], ids=str
)
def test_unequal_recipes_make_no_twins(recipe):
    """What they change would be put down to the shortcuts."""
    assert found([PAIR[0], {**PAIR[1], "recipe": recipe}]) == []


def test_differences_are_residual_minus_plain_by_seed(tmp_path):
    """The example's first network keeps its gradient, the second loses 1.6 decades more."""
    tables = load(write_run(tmp_path, suite(PAIR, measure={"gradient_flow": True})))
    quantities = tables.twins.set_index("quantity")
    row = quantities.loc["gradient change over depth at initialisation (decades)"]
    assert row.plain_mean == pytest.approx(-0.4, abs=0.05)
    assert row.difference == pytest.approx(-1.6, abs=0.1)
    assert row.low < row.difference < row.high
    assert row.verdict == "plain is higher"
    assert row.seeds == len(SEEDS)
    accuracy = quantities.loc["test accuracy of the last epoch"]
    last = tables.trials.groupby("label")["test_accuracy"].mean()
    assert accuracy.difference == pytest.approx(last["Residual"] - last["Plain"])


SEEDS = suite(PAIR)["recipe"]["seeds"]


def lost(tmp_path, status):
    """The example, of which seed 2 of the residual network did not end well."""

    def change(record):
        is_lost = (record.trial.label, record.trial.seed) == ("Residual", 2)
        return record.model_copy(update={"status": status, "reason": "x"}) if is_lost else record

    run = write_run(tmp_path, suite(PAIR, measure={"gradient_flow": True}), change)
    return load(run).twins.set_index("quantity")


def test_means_are_those_of_the_seeds_that_are_compared(tmp_path):
    """Else they would not differ by the difference beside them."""
    row = lost(tmp_path, "failed").loc["test accuracy of the last epoch"]
    assert row.seeds == len(SEEDS) - 1
    assert row.residual_mean - row.plain_mean == pytest.approx(row.difference)


def test_a_training_that_broke_off_has_no_gradient_after_training(tmp_path):
    """Its gradient at initialisation counts as any other."""
    quantities = lost(tmp_path, "diverged")
    assert quantities.loc["gradient change over depth at initialisation (decades)"].seeds == len(SEEDS)
    assert quantities.loc["gradient change over depth after training (decades)"].seeds == len(SEEDS) - 1


def test_one_seed_gives_no_verdict(tmp_path):
    recipe = {**suite(PAIR)["recipe"], "seeds": [0]}
    tables = load(write_run(tmp_path, suite(PAIR, measure={"gradient_flow": True}, recipe=recipe)))
    assert set(tables.twins["verdict"]) == {"unknown"}
