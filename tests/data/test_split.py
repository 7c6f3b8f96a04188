"""Stratified subsets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.data.split import held_out, holdout, limit, split

label_lists = st.lists(st.integers(0, 4), min_size=10, max_size=200).map(np.array)


@given(label_lists, st.floats(0.05, 0.5), st.integers(0, 5))
def test_split_divides_all_images(labels, fraction, seed):
    """Every image is in exactly one part, and every class keeps a training image."""
    train, validation = split(labels, fraction, seed)
    assert sorted([*train, *validation]) == list(range(len(labels)))
    assert set(labels[train]) == set(labels)


@given(label_lists, st.integers(1, 200))
def test_limit_takes_the_wanted_number_in_proportion(labels, count):
    """No class is more than one image away from its share."""
    chosen = limit(labels, count)
    assert len(chosen) == min(count, len(labels))
    assert len(set(chosen)) == len(chosen)
    share = np.bincount(labels, minlength=5) * len(chosen) / len(labels)
    assert np.abs(np.bincount(labels[chosen], minlength=5) - share).max() < 1


def test_split_is_stratified():
    """A tenth of each class is held out, whatever the classes' sizes."""
    labels = np.repeat([0, 1, 2], [1000, 200, 50])
    _, validation = split(labels, 0.1, seed=0)
    assert np.bincount(labels[validation]).tolist() == [100, 20, 5]


def test_seeds_give_different_splits():
    """The seed decides who is held out; the same seed decides the same."""
    labels = np.repeat([0, 1], 50)
    first, again, other = (split(labels, 0.2, seed)[1].tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_no_class_is_held_out_at_every_seed_or_at_none():
    """Three images of ten classes each, of which six are held out: the classes take turns."""
    labels = np.repeat(np.arange(10), 3)
    seen = [set(labels[split(labels, 0.2, seed)[1]]) for seed in range(10)]
    assert all(len(classes) == 6 for classes in seen)
    assert set.union(*seen) == set(range(10))
    assert not set.intersection(*seen)


def test_a_split_is_not_the_head_of_each_class():
    """Files are often sorted by something that matters."""
    _, validation = split(np.zeros(100, dtype=np.int64), 0.1, seed=0)
    assert validation.max() > 50


@pytest.mark.parametrize("size", [10, 1797])
def test_the_hold_out_is_a_fixed_fifth(size):
    """It takes no seed."""
    labels = np.arange(size) % 2
    train, test = holdout(labels)
    assert len(test) == pytest.approx(size / 5, abs=1)
    assert test.tolist() == holdout(labels)[1].tolist()
    assert not set(train) & set(test)


@given(label_lists, st.floats(0.01, 0.5), st.integers(0, 9))
def test_the_number_held_out_is_known_beforehand(labels, fraction, seed):
    """Also where it is none, and whatever the seed."""
    assert held_out(labels, fraction) == len(split(labels, fraction, seed)[1])
