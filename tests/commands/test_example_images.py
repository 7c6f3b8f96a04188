"""Example images in the run directory: kept once, renewed when trials change, absent when data are."""

from __future__ import annotations

import numpy as np
import pytest
from example_runs import IMAGES, LABELS, decoded, predicted_run

from bench.analysis.examples import FACTS_FILE, FOLDER, IMAGES_FILE, read_examples
from bench.analysis.tables import load
from bench.commands.example_images import MOST_BYTES, keep_examples
from bench.data import loading
from bench.errors import DataError, StoreError


@pytest.fixture
def cache(monkeypatch):
    """What the cache of decoded images answers; counts how often it is asked."""
    asked = []

    def answer(images):
        def load_decoded(dataset, *, data_root):
            asked.append(dataset)
            if isinstance(images, Exception):
                raise images
            return images

        monkeypatch.setattr(loading, "load_decoded", load_decoded)
        return asked

    return answer


def test_they_are_kept_beside_the_records(cache, tmp_path):
    """Image, classes and answers of every network and pair, within the budget."""
    cache(decoded())
    run = predicted_run(tmp_path)
    assert keep_examples(run, None) is None
    kept = read_examples(run)
    assert len(kept.png) <= MOST_BYTES
    groups = {tuple(answer.architecture for answer in example.answers) for example in kept.facts.examples}
    assert len([who for who in groups if len(who) == 1]) == 3
    for example in kept.facts.examples:
        assert example.label == LABELS[example.index]
        assert example.answers[-1].prediction != example.label
        assert example.answers[-1].seeds == 2
    assert set(kept.facts.images) == {example.index for example in kept.facts.examples}


def test_nothing_is_done_twice(cache, tmp_path):
    """The second run of the same suite asks for no image and leaves the files as they are."""
    asked = cache(decoded())
    run = predicted_run(tmp_path)
    keep_examples(run, None)
    before = (run.folder / FOLDER / FACTS_FILE).read_bytes()
    keep_examples(run, None)
    assert len(asked) == 1
    assert (run.folder / FOLDER / FACTS_FILE).read_bytes() == before


def test_they_are_chosen_anew_when_a_trial_was_added(cache, tmp_path):
    """A run that continues has more seeds to ask."""
    cache(decoded())
    run = predicted_run(tmp_path, change=lambda record: record if record.trial.seed == 0 else None)
    keep_examples(run, None)
    assert {answer.seeds for example in read_examples(run).facts.examples for answer in example.answers} == {
        1
    }
    run = predicted_run(tmp_path)
    keep_examples(run, None)
    assert {answer.seeds for example in read_examples(run).facts.examples for answer in example.answers} == {
        2
    }


@pytest.mark.parametrize("name", [FACTS_FILE, IMAGES_FILE])
def test_damaged_ones_are_made_again(cache, tmp_path, name):
    """A report says so until then."""
    cache(decoded())
    run = predicted_run(tmp_path)
    keep_examples(run, None)
    (run.folder / FOLDER / name).write_bytes(b"{")
    with pytest.raises(StoreError, match="makes it again"):
        read_examples(run)
    assert "example images" in set(load(run).warnings["kind"])
    keep_examples(run, None)
    assert load(run).example_images is not None


def test_without_the_images_the_reason_is_returned(cache, tmp_path):
    """And nothing is written; the run has ended well all the same."""
    cache(DataError("gone"))
    run = predicted_run(tmp_path)
    assert keep_examples(run, None) == "gone"
    assert load(run).example_images is None
    assert not (run.folder / FOLDER).exists()


def test_other_images_than_those_predicted_are_refused(cache, tmp_path):
    """Pictures of something else would be worse than none."""
    cache(decoded(fingerprint="f" * 16))
    assert "not those" in keep_examples(predicted_run(tmp_path), None)


def test_none_are_kept_where_none_are_asked_for(cache, tmp_path):
    """`examples = 0`; a trial's id does not hang on it."""
    asked = cache(decoded())
    none, some = (predicted_run(tmp_path / str(n), measure={"examples": n}) for n in (0, 2))
    assert keep_examples(none, None) is None
    assert asked == []
    assert [trial.id for trial in none.info.plan] == [trial.id for trial in some.info.plan]
    keep_examples(some, None)
    by_group: dict[tuple[str, ...], int] = {}
    for example in read_examples(some).facts.examples:
        who = tuple(answer.architecture for answer in example.answers)
        by_group[who] = by_group.get(who, 0) + 1
    assert max(by_group.values()) == 2


def test_a_run_that_is_never_wrong_keeps_none(cache, tmp_path):
    """There is nothing to show."""
    cache(decoded())
    run = predicted_run(tmp_path, say=lambda label, seed: (LABELS, np.full(IMAGES, 0.9)))
    assert keep_examples(run, None) is None
    assert load(run).example_images is None


def test_what_a_trial_left_before_it_failed_does_not_count(cache, tmp_path):
    """A damaged record is a hole, here as in the report."""
    cache(decoded())
    run = predicted_run(tmp_path)
    (run.trial(run.info.plan[0]).folder / "record.json").write_bytes(b"{")
    keep_examples(run, None)
    labels = {
        (answer.architecture, answer.seeds)
        for example in read_examples(run).facts.examples
        for answer in example.answers
    }
    assert (run.info.plan[0].label, 1) in labels


def test_examples_of_other_trials_are_not_shown(cache, tmp_path):
    """Trained again on another day, the old pictures no longer belong to the numbers; a caveat says so."""
    cache(decoded())
    run = predicted_run(tmp_path)
    keep_examples(run, None)
    predicted_run(tmp_path, say=lambda label, seed: (LABELS, np.full(IMAGES, 0.5)))
    tables = load(run)
    assert tables.example_images is None
    assert "chosen from trials that have changed" in tables.warnings["message"].iloc[-1]


def test_the_images_come_from_the_cache_and_from_nowhere_else(tmp_path, monkeypatch):
    """Decoded once, digits are found again; never decoded, they are not decoded for this."""
    from bench.spec import Dataset

    digits = Dataset(name="digits", limit=100)
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    with pytest.raises(DataError, match="not there"):
        loading.load_decoded(digits, data_root=None)
    whole = loading.load(digits, data_root=None)
    found = loading.load_decoded(digits, data_root=None)
    assert (found.test.chosen([3, 1]) == whole.test_images[[3, 1]]).all()
