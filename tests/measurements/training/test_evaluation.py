"""Evaluation: the whole set once, whatever the batch size, and the batch size that is fastest."""

import pytest
import torch

from bench.measurements.scores.predictions import predict
from bench.measurements.training import evaluation


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


def try_sizes(training):
    return evaluation.fastest(training.model, training.test, training.pipeline, training.device)


def test_the_fastest_batch_size_comes_first(make_training, monkeypatch):
    """Sizes up to what images of this size allow are tried; seconds are per image."""
    clock = {10: 1.0, 20: 1.0, 40: 1.0, 80: 4.0}
    monkeypatch.setattr(evaluation, "largest", lambda *_: 80)
    monkeypatch.setattr(evaluation, "_seconds", lambda *arguments: clock[arguments[-1]])
    tried = try_sizes(make_training())
    assert list(tried) == [40, 20, 80, 10]
    assert tried == {40: 1 / 40, 20: 1 / 20, 80: 4 / 80, 10: 1 / 10}


def test_batches_that_do_not_fit_are_left_out(make_training, monkeypatch):
    """And nothing larger is tried."""
    asked = []

    def seconds(*arguments):
        asked.append(arguments[-1])
        if arguments[-1] >= 40:
            raise torch.OutOfMemoryError
        return 1.0

    monkeypatch.setattr(evaluation, "largest", lambda *_: 80)
    monkeypatch.setattr(evaluation, "_seconds", seconds)
    assert set(try_sizes(make_training())) == {10, 20}
    assert 80 not in asked


def test_a_network_that_fits_at_no_size_says_so(make_training, monkeypatch):
    def seconds(*_):
        raise torch.OutOfMemoryError

    monkeypatch.setattr(evaluation, "_seconds", seconds)
    with pytest.raises(torch.OutOfMemoryError):
        try_sizes(make_training())


def test_really_timed(make_training):
    tried = try_sizes(make_training())
    assert sorted(tried.values()) == list(tried.values())
    assert min(tried.values()) > 0
