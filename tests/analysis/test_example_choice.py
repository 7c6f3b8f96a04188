"""Which images are chosen to be shown, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bench.analysis.example_choice import MOST_PAIRED, Vote, choose

TRUE = np.array([0, 0, 1, 1])


def vote(label, *seeds):
    """The vote of seeds, each a list of (predicted class, confidence)."""
    predicted = np.array([[said for said, _ in seed] for seed in seeds])
    sure = np.array([[confidence for _, confidence in seed] for seed in seeds])
    return Vote.of(label, TRUE, predicted, sure)


def indices(group):
    """Of its examples."""
    return [example.index for example in group]


def test_most_seeds_win_and_of_as_many_the_surer_class():
    """Two of three say 1; of one against one, 0.9 beats 0.6; of the same confidence, the lower class."""
    found = vote(
        "A",
        [(1, 0.5), (1, 0.6), (1, 0.7), (2, 0.7)],
        [(1, 0.7), (2, 0.9), (0, 0.7), (3, 0.7)],
        [(0, 0.9), (0, 0.1), (0, 0.9), (1, 0.7)],
    )
    assert found.prediction.tolist() == [1, 2, 0, 1]
    assert found.confidence == pytest.approx([0.6, 0.9, 0.8, 0.7])
    assert found.right.tolist() == [1, 1, 1, 1]


def test_the_margin_is_signed_confidence_over_seeds():
    """Surely wrong in all seeds is -1; a seed that is right weighs against."""
    found = vote("A", [(1, 1.0), (1, 0.9), (1, 0.5), (0, 0.8)], [(1, 1.0), (0, 0.5), (1, 0.7), (0, 0.4)])
    assert found.margin == pytest.approx([-1.0, -0.2, 0.6, -0.6])


def test_wrong_in_all_seeds_comes_before_wrong_in_one():
    """Even where that one is surer."""
    found = vote("A", [(1, 0.8), (1, 1.0), (1, 0.9), (1, 0.9)], [(1, 0.8), (2, 0.4), (1, 0.9), (1, 0.9)])
    (group,) = choose([found], TRUE, 4)
    assert indices(group) == [0, 1]
    assert group[0].answers[0].right == 0


def test_a_vote_that_is_right_is_no_mistake():
    """Where most seeds are right, a single sure mistake is not shown."""
    right = [(0, 0.3), (0, 0.3), (1, 0.3), (1, 0.3)]
    assert choose([vote("A", right, right, [(1, 1.0), *right[1:]])], TRUE, 4) == []


def test_disagreement_has_two_directions():
    """Each with the one that is right first; where both are wrong, they do not disagree."""
    a = vote("A", [(0, 0.9), (1, 0.9), (1, 0.5), (0, 0.5)])
    b = vote("B", [(1, 0.9), (0, 0.6), (0, 0.5), (3, 0.5)])
    wrong_a, wrong_b, a_right, b_right = choose([a, b], TRUE, 4)
    assert (indices(wrong_a), indices(wrong_b)) == ([1, 3], [0, 2, 3])
    assert (indices(a_right), indices(b_right)) == ([0, 2], [1])
    assert [answer.architecture for answer in b_right[0].answers] == ["B", "A"]
    assert [answer.prediction for answer in b_right[0].answers] == [0, 1]


def test_equal_margins_keep_the_order_of_the_images():
    """No choice hangs on how a sort treats ties."""
    (group,) = choose([vote("A", [(2, 0.5)] * 4)], TRUE, 3)
    assert indices(group) == [0, 1, 2]


def test_many_networks_are_set_against_the_most_accurate():
    """All pairs of twenty would be 190."""
    right = [(0, 0.9), (0, 0.9), (1, 0.9), (1, 0.9)]
    votes = [vote(f"{number}", [(1, 0.9), *right[1:]]) for number in range(MOST_PAIRED)]
    groups = choose([*votes, vote("best", right)], TRUE, 1)
    pairs = [
        tuple(a.architecture for a in group[0].answers) for group in groups if len(group[0].answers) == 2
    ]
    assert pairs == [("best", f"{number}") for number in range(MOST_PAIRED)]
