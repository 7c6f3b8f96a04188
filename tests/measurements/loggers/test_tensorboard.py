"""Scalars for TensorBoard: what the history says, each epoch once; what all loggers do, with a real one."""

import pytest
from stopping import StoppedHereError
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata, plugin_data_pb2

from bench.measurements.loggers.interface import TAGS
from bench.measurements.loggers.tensorboard import PATTERN


def read(folder):
    """The event file, as TensorBoard reads it."""
    accumulated = EventAccumulator(str(folder))
    accumulated.Reload()
    return accumulated


def scalars(folder):
    """Steps and values by tag."""
    found = read(folder)
    return {tag: [(one.step, one.value) for one in found.Scalars(tag)] for tag in found.Tags()["scalars"]}


def test_every_epoch_is_a_step(make_training, follow, tmp_path):
    """With the values of epochs.csv, in single precision."""
    training = make_training()
    follow(training, "tensorboard")
    training.run(tmp_path / "c.pt", lambda _: None)
    shown = scalars(tmp_path)
    assert sorted(shown) == sorted(TAGS.values())
    for column, tag in TAGS.items():
        expected = [(row.epoch, pytest.approx(getattr(row, column), rel=1e-6)) for row in training.history]
        assert shown[tag] == expected, tag


def test_a_resumed_trial_shows_each_epoch_once(make_training, follow, tmp_path):
    """An epoch that was shown but not kept is shown again; what was shown before is taken over."""
    first = make_training()
    follow(first, "tensorboard")

    def stop(epochs):
        if epochs == 3:  # after it was shown, before its checkpoint
            raise StoppedHereError

    first.after_epoch.append(stop)
    with pytest.raises(StoppedHereError):
        first.run(tmp_path / "c.pt", lambda _: None)
    assert [step for step, _ in scalars(tmp_path)["loss/train"]] == [1, 2, 3]
    resumed = make_training()
    follow(resumed, "tensorboard")
    resumed.run(tmp_path / "c.pt", lambda _: None)
    assert len(list(tmp_path.glob(PATTERN))) == 1
    assert [step for step, _ in scalars(tmp_path)["loss/train"]] == [1, 2, 3, 4]


def test_relative_time_is_that_of_training(make_training, follow, tmp_path):
    """Epochs of an earlier process lie as far back as training took since."""
    make_training(epochs=2).run(tmp_path / "c.pt", lambda _: None)
    training = make_training(epochs=2)
    training.run(tmp_path / "c.pt", lambda _: None)
    follow(training, "tensorboard")(2)
    earlier, later = (one.wall_time for one in read(tmp_path).Scalars("loss/train"))
    assert later - earlier == pytest.approx(training.history[1].train_seconds, abs=1e-3)


def test_a_network_without_validation_set_has_no_such_curve(make_training, follow, tmp_path):
    """Nothing is shown for what was not measured."""
    training = make_training(epochs=1)
    training.validation = None
    follow(training, "tensorboard")
    training.run(tmp_path / "c.pt", lambda _: None)
    assert "accuracy/validation" not in scalars(tmp_path)
    assert "accuracy/test" in scalars(tmp_path)


@pytest.mark.parametrize(("status", "shown"), [("done", 1), ("diverged", 2)])
def test_the_hparams_tab_has_hyperparameters_figures_and_the_end(follow, finished, ended, status, shown):
    """A recipe key by its name; params and test accuracy to sort by; success or failure."""
    following = follow(finished, "tensorboard")
    following.end(ended(status))
    found = read(following.about.folder)
    settings, end = (
        plugin_data_pb2.HParamsPluginData.FromString(found.SummaryMetadata(tag).plugin_data.content)
        for tag in (metadata.SESSION_START_INFO_TAG, metadata.SESSION_END_INFO_TAG)
    )
    hparams = settings.session_start_info.hparams
    assert hparams["optimizer.lr"].number_value == 0.001
    assert hparams["architecture"].string_value == "plain_cnn"
    assert end.session_end_info.status == shown
    assert scalars(following.about.folder)["summary/params"] == [(3, 81_578)]
