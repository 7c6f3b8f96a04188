"""Scalars for TensorBoard: what the history says, each epoch once."""

import pytest
from stopping import StoppedHereError
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from bench.measurements.event_file import PATTERN, TAGS, EventFile


def scalars(folder):
    """Steps and values by tag, as TensorBoard reads them."""
    read = EventAccumulator(str(folder))
    read.Reload()
    return {tag: [(one.step, one.value) for one in read.Scalars(tag)] for tag in read.Tags()["scalars"]}


def test_every_epoch_is_a_step(make_training, tmp_path):
    """With the values of epochs.csv, in single precision."""
    training = make_training()
    training.after_epoch.append(EventFile(tmp_path, training))
    training.run(tmp_path / "c.pt", lambda _: None)
    shown = scalars(tmp_path)
    assert sorted(shown) == sorted(TAGS.values())
    for column, tag in TAGS.items():
        expected = [(row.epoch, pytest.approx(getattr(row, column), rel=1e-6)) for row in training.history]
        assert shown[tag] == expected, tag


def test_a_resumed_trial_shows_each_epoch_once(make_training, tmp_path):
    """An epoch that was shown but not kept is shown again; what was shown before is taken over."""
    first = make_training()
    first.after_epoch.append(EventFile(tmp_path, first))

    def stop(epochs):
        if epochs == 3:  # after it was shown, before its checkpoint
            raise StoppedHereError

    first.after_epoch.append(stop)
    with pytest.raises(StoppedHereError):
        first.run(tmp_path / "c.pt", lambda _: None)
    assert [step for step, _ in scalars(tmp_path)["loss/train"]] == [1, 2, 3]
    resumed = make_training()
    resumed.after_epoch.append(EventFile(tmp_path, resumed))
    resumed.run(tmp_path / "c.pt", lambda _: None)
    assert len(list(tmp_path.glob(PATTERN))) == 1
    assert [step for step, _ in scalars(tmp_path)["loss/train"]] == [1, 2, 3, 4]


def test_relative_time_is_that_of_training(make_training, tmp_path):
    """Epochs of an earlier process lie as far back as training took since."""
    make_training(epochs=2).run(tmp_path / "c.pt", lambda _: None)
    training = make_training(epochs=2)
    training.run(tmp_path / "c.pt", lambda _: None)
    EventFile(tmp_path, training)(2)
    read = EventAccumulator(str(tmp_path))
    read.Reload()
    earlier, later = (one.wall_time for one in read.Scalars("loss/train"))
    assert later - earlier == pytest.approx(training.history[1].train_seconds, abs=1e-3)


def test_a_network_without_validation_set_has_no_such_curve(make_training, tmp_path):
    """Nothing is shown for what was not measured."""
    training = make_training(epochs=1)
    training.validation = None
    training.after_epoch.append(EventFile(tmp_path, training))
    training.run(tmp_path / "c.pt", lambda _: None)
    assert "accuracy/validation" not in scalars(tmp_path)
    assert "accuracy/test" in scalars(tmp_path)
