"""The search for the largest batch: doubling, bisection, verification; and the search in real processes."""

import sys

import pytest

from bench.measurements.memory import largest_batch, resident_set
from bench.measurements.memory.inquiry import Answer
from bench.measurements.memory.largest_batch import SearchFailedError, search

linux = pytest.mark.skipif(sys.platform != "linux", reason="memory of a CPU process is bounded on Linux only")


def capacity(most):
    """Tries that fit up to a batch size."""
    return lambda size: Answer(peak_bytes=1000 * size) if size <= most else Answer(exhausted=True)


@pytest.mark.parametrize("most", [1, 2, 3, 7, 31, 33, 50, 63])
@pytest.mark.parametrize("start", [1, 8, 128])
def test_small_answers_are_exact(most, start):
    """To the image, whether the search starts above or below."""
    found, unfit, _ = search(capacity(most), start, 1024)
    assert (found, unfit) == (most, most + 1)


@pytest.mark.parametrize("most", [100, 777, 1000, 4000])
def test_large_answers_are_within_their_resolution(most):
    """What fits is stated with what does not, and both were seen."""
    found, unfit, tries = search(capacity(most), 128, 4096)
    assert found <= most < unfit
    assert unfit - found <= unfit / largest_batch.RESOLUTION
    assert {(one.batch_size, one.fits) for one in tries} >= {(found, True), (unfit, False)}


def test_the_limit_is_tried_and_ends_the_search():
    """Then the answer is open: nothing was seen not to fit."""
    found, unfit, tries = search(capacity(10**6), 48, 1000)
    assert (found, unfit) == (1000, None)
    assert [one.batch_size for one in tries] == [48, 96, 192, 384, 768, 1000, 1000]


def test_a_recipe_above_the_limit_starts_at_the_limit():
    """Nothing beyond it is tried."""
    _, _, tries = search(capacity(10**6), 128, 32)
    assert {one.batch_size for one in tries} == {32}


def test_the_answer_is_tried_once_more():
    """The last try repeats the answer, and is marked."""
    found, _, tries = search(capacity(37), 8, 1024)
    assert tries[-1].batch_size == found
    assert tries[-1].verification
    assert not any(one.verification for one in tries[:-1])


def test_an_answer_that_fails_its_second_try_is_none():
    """The search goes on below it, and what it finds is verified again."""
    seen = []

    def once(size):
        fits = size <= 30 or (size <= 40 and size not in seen)
        seen.append(size)
        return Answer(peak_bytes=1) if fits else Answer(exhausted=True)

    found, unfit, tries = search(once, 8, 1024)
    assert found <= 39
    assert unfit == found + 1
    verified = [one.fits for one in tries if one.verification]
    assert verified == [False] * (len(verified) - 1) + [True]
    assert len(verified) > 1


def test_where_nothing_fits_the_answer_is_zero():
    """And one image is what does not fit."""
    assert search(capacity(0), 16, 64)[:2] == (0, 1)


def test_where_nothing_fits_the_record_says_zero(make_subject, monkeypatch):
    """Which is an answer, and no failure of the measurement."""
    monkeypatch.setattr(largest_batch, "ask", lambda *_: Answer(exhausted=True))
    monkeypatch.setattr(largest_batch, "_budget", lambda *_: 1 << 20)
    (fact,) = largest_batch.measure(make_subject(largest_batch={}))["largest_batch"]
    assert (fact.batch_size, fact.smallest_unfit, fact.reason) == (0, 1, None)


def test_a_failure_of_another_kind_is_no_answer():
    """A network that raises is not a network that is too large."""
    with pytest.raises(SearchFailedError, match="batch size 8: ValueError: no"):
        search(lambda _: Answer(reason="ValueError: no"), 8, 64)


@linux
def test_a_budget_bounds_the_answer(make_subject):
    """In real processes: a larger budget fits a larger batch, and no peak exceeds its budget."""
    facts = {
        gib: largest_batch.measure(make_subject(largest_batch={"memory_gib": gib, "limit": 256}))[
            "largest_batch"
        ][0]
        for gib in (0.03, 0.06)
    }
    small, large = facts[0.03], facts[0.06]
    assert small.reason is None
    assert 0 < small.batch_size < large.batch_size < 256
    assert small.tries[-1].verification
    for fact in facts.values():
        assert any(not one.fits for one in fact.tries)
        assert all(one.peak_bytes <= 1.05 * fact.budget_bytes for one in fact.tries if one.fits)


def test_without_a_bound_nothing_is_searched(make_subject, monkeypatch):
    """Rather none than a machine that runs out of memory; the record says why."""
    monkeypatch.setattr(resident_set, "supported", lambda: False)
    fact = largest_batch.measure(make_subject(largest_batch={}))["largest_batch"][0]
    assert fact.batch_size is None
    assert "no way to bound" in fact.reason
