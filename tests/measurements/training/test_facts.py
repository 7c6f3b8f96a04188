"""What is told of a training that has ended."""

from types import SimpleNamespace

import pytest
from stopping import silent

from bench.measurements.timing.validity import drift
from bench.measurements.training.facts import of_equal_work, summarise


def epochs(*pairs):
    """Of seconds and FLOPs."""
    return [SimpleNamespace(train_seconds=seconds, train_flops=flops) for seconds, flops in pairs]


def test_epochs_of_equal_arithmetic_take_what_they_took():
    assert of_equal_work(epochs((10.0, 7), (11.0, 7), (9.5, 7))) == [10.0, 11.0, 9.5]


def test_that_less_is_trained_is_no_unsteady_machine():
    """A recipe froze half of the network after three epochs."""
    found = of_equal_work(epochs((40.0, 7), (40.0, 7), (41.0, 7), (31.0, 4), (30.0, 4), (31.0, 4)))
    assert found == pytest.approx([40.0, 40.0, 41.0, 40.0, 30 * 40 / 31, 40.0])
    assert abs(drift(found)) < 0.01


def test_a_machine_that_slows_down_among_them_is_seen():
    slower = [(40.0 * 1.1**number, 7 if number < 2 else 4) for number in range(8)]
    assert drift(of_equal_work(epochs(*slower))) > 0.2


def test_the_certificate_of_a_training_follows_epochs_of_equal_arithmetic(make_training, tmp_path):
    training = make_training()
    training.run(tmp_path / "c.pt", silent)
    some = training.history[0]
    times = [(90.0, 7), (40.0, 7), (40.0, 7), (30.0, 4), (30.0, 4)]
    training.history = [
        some.model_copy(update={"train_seconds": seconds, "train_flops": flops}) for seconds, flops in times
    ]
    certificate = summarise(training).certificate
    assert certificate.drift == 0
    assert "unsteady timing" not in certificate.doubts
