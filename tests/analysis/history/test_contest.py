"""The targets of several suites, and who may be compared over them."""

from __future__ import annotations

import pytest
from factories import document
from histories import write_revision

from bench.analysis.history import collect, contest

RESNET = {"label": "ResNet", "name": "shared_resnet"}
CNN = {"label": "CNN", "name": "plain_cnn"}
OTHER = {"label": "Other", "name": "plain_cnn"}


def suite(*architectures, targets=(0.6,)):
    """Two epochs of two seeds."""
    measure = {"convergence": {"targets": list(targets)}}
    return document(
        architectures=list(architectures), recipe={"epochs": 2, "seeds": [0, 1]}, claims=[], measure=measure
    )


@pytest.fixture
def write(tmp_path):
    """Write a run of a suite of that name on a day of January; what is found then."""

    def write(name, day, *architectures, **options):
        write_revision(tmp_path, day, suite=suite(*architectures, **options), name=name)
        return lambda: contest(collect(tmp_path))

    return write


def test_targets_of_two_suites(write):
    """Three problems for those who stand in both suites; who stands in one of them alone is left out."""
    write("one", 1, CNN, RESNET, OTHER)
    found = write("two", 2, CNN, RESNET, targets=(0.6, 0.99))()
    assert {name: len(table) for name, table in found.convergence.items()} == {"two": 4, "one": 2}
    assert set(found.labels) == {"CNN", "ResNet"}


def test_the_newest_run_of_a_suite_counts(write):
    """Earlier ones had other targets."""
    write("one", 1, CNN, RESNET, targets=(0.1, 0.2, 0.3))
    write("one", 3, CNN, RESNET)
    found = write("two", 2, CNN, RESNET)()
    assert {name: len(table) for name, table in found.convergence.items()} == {"one": 2, "two": 2}


def test_one_suite_is_no_contest(write):
    """Its own report has the profile."""
    write("one", 1, CNN, RESNET)
    assert write("one", 2, CNN, RESNET)() is None


def test_two_suites_without_a_network_in_common(write):
    """Nobody to compare."""
    write("one", 1, CNN, OTHER)
    assert write("two", 2, RESNET, {**RESNET, "label": "Again"})() is None


def test_a_suite_with_one_of_them_compares_nobody(write):
    """It is no problem then, whatever that one reached."""
    write("one", 1, CNN, RESNET)
    write("two", 2, CNN, RESNET)
    found = write("three", 3, CNN, OTHER)()
    assert set(found.convergence) == {"one", "two"}


def test_a_label_of_two_networks_is_left_out_and_named(write):
    """Other arguments make another network."""
    write("one", 1, CNN, OTHER, RESNET)
    found = write("two", 2, CNN, OTHER, {**RESNET, "args": {"repeats": 2}})()
    assert found.ambiguous == ("ResNet",)
    assert set(found.labels) == {"CNN", "Other"}
