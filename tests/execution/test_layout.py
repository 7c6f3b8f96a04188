"""A chosen layout reaches weights, batches, the record and the report."""

import torch

from bench.execution.execute import execute
from bench.measurements.timing import layout
from bench.plan import Trial
from bench.spec import Dataset, Execution, Recipe
from bench.store import TrialStore


def run(folder, memory_format="auto"):
    trial = Trial(
        label="A", architecture="plain_cnn",
        dataset=Dataset(name="digits", image_size=16, channels=3, limit=100),
        recipe=Recipe(epochs=1, seeds=(0,)),
        execution=Execution(device="cpu", precision="float32", memory_format=memory_format, threads=1),
    )  # fmt: skip
    return execute(trial, TrialStore(folder), data_root=None, report=lambda _: None)


def test_the_faster_layout_is_trained_in(tmp_path, monkeypatch):
    """And written down with what was timed."""
    monkeypatch.setattr(
        layout, "decide", lambda *_, **__: ("contiguous", {"channels_last": 2.0, "contiguous": 1.0})
    )
    seen = set()
    forward = torch.nn.Conv2d.forward

    def look(self, images):
        if len(images) == 90:  # a batch of training
            seen.add(images.is_contiguous() and self.weight.is_contiguous())
        return forward(self, images)

    monkeypatch.setattr(torch.nn.Conv2d, "forward", look)
    choices = run(tmp_path).choices
    assert choices.memory_format == "contiguous"
    assert choices.memory_format_trial == {"channels_last": 2.0, "contiguous": 1.0}
    assert seen == {True}


def test_layouts_agree(tmp_path):
    """The same training but for rounding."""
    losses = [
        run(tmp_path / wanted, wanted).training.last.train_loss for wanted in ("channels_last", "contiguous")
    ]
    assert abs(losses[0] - losses[1]) < 1e-4
