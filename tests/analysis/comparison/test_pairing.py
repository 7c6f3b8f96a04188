"""Which architecture is compared with which."""

from __future__ import annotations

from factories import document

from bench.analysis.comparison.pairing import Pair, pair_up
from bench.plan import make_plan
from bench.suite_file import check_document


def planned(*entries):
    """A trial of each architecture by label; entries are label, name, and further keys."""
    listed = [{"label": label, "name": name, **more} for label, name, more in entries]
    plan = make_plan(check_document(document(architectures=listed, claims=[]), "test"))
    return {trial.label: trial for trial in reversed(plan)}


CNN = ("CNN", "plain_cnn", {})
RESNET = ("ResNet", "shared_resnet", {})


def test_labels_come_first():
    """A label that stands for another network in B is still the same label."""
    pairs, gone, new = pair_up(planned(CNN), planned(("CNN", "vgg11", {})))
    assert (pairs, gone, new) == ((Pair("CNN", "CNN"),), (), ())


def test_a_renamed_architecture_is_found_by_what_it_is():
    """Name and arguments are the same; both labels are shown."""
    pairs, gone, new = pair_up(planned(CNN, RESNET), planned(CNN, ("shared", "shared_resnet", {})))
    assert set(pairs) == {Pair("CNN", "CNN"), Pair("ResNet", "shared")}
    assert Pair("ResNet", "shared").label == "ResNet \u2192 shared"
    assert (gone, new) == ((), ())


def test_of_several_candidates_the_recipe_decides():
    """Two of the same network with other learning rates are told apart by them."""
    slow = {"recipe": {"optimizer": {"lr": 1e-4}}}
    a = planned(("x", "plain_cnn", {}), ("y", "plain_cnn", slow))
    b = planned(("p", "plain_cnn", slow), ("q", "plain_cnn", {}))
    assert set(pair_up(a, b)[0]) == {Pair("x", "q"), Pair("y", "p")}


def test_what_cannot_be_told_apart_is_not_guessed():
    """Two candidates that are equal in everything are nobody's partner."""
    head = {"args": {"head": "mlp"}}
    pairs, gone, new = pair_up(planned(RESNET), planned(("a", "shared_resnet", head), ("b", "plain_cnn", {})))
    assert pairs == ()
    assert gone == ("ResNet",)
    assert set(new) == {"a", "b"}
