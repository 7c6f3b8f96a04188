"""Evaluation: the whole set once, whatever the batch size, and the batch size that is fastest."""

import pytest

from bench.measurements import evaluation
from bench.measurements.predictions import predict


@pytest.mark.parametrize("batch_size", [1, 7, 80, 1000])
def test_the_batch_size_moves_nothing(make_training, batch_size):
    """Every image is seen once, by itself."""
    training = make_training()
    arguments = (training.model, training.test, training.pipeline, training.device)
    whole = evaluation.evaluate(*arguments)
    parts = evaluation.evaluate(*arguments, batch_size)
    assert parts.accuracy == whole.accuracy
    assert parts.loss == pytest.approx(whole.loss, rel=1e-5)
    seen = predict(*arguments, batch_size)
    assert seen.predicted.tolist() == predict(*arguments).predicted.tolist()
    assert seen.right.mean() == pytest.approx(whole.accuracy)


def test_the_fastest_batch_size_comes_first(make_training, monkeypatch):
    """Sizes up to what images of this size allow are tried; seconds are per image."""
    training = make_training()
    clock = {10: 1.0, 20: 1.0, 40: 1.0, 80: 4.0}
    monkeypatch.setattr(evaluation, "largest", lambda _: 80)
    monkeypatch.setattr(evaluation, "LONGEST_TRIAL", 100)
    monkeypatch.setattr(evaluation, "_seconds", lambda *arguments: clock[arguments[-1]])
    tried = evaluation.fastest(training.model, training.test, training.pipeline, training.device)
    assert list(tried) == [40, 20, 80, 10]
    assert tried == {40: 1 / 40, 20: 1 / 20, 80: 4 / 80, 10: 1 / 10}


def test_slow_networks_are_not_tried_for_long(make_training, monkeypatch):
    """Where a small batch takes its time already, larger ones are left."""
    training = make_training()
    monkeypatch.setattr(evaluation, "_seconds", lambda *_: 10.0)
    assert len(evaluation.fastest(training.model, training.test, training.pipeline, training.device)) == 1


def test_really_timed(make_training):
    training = make_training()
    tried = evaluation.fastest(training.model, training.test, training.pipeline, training.device)
    assert sorted(tried.values()) == list(tried.values())
    assert min(tried.values()) > 0
