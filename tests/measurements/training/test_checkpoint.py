"""Checkpoints: a damaged one is told, done without, and never trained on."""

from pathlib import Path

import pytest
import torch
from stopping import silent
from torch import nn

from bench.errors import StoreError, WriteError
from bench.measurements.training import checkpoint
from bench.store import generations


@pytest.fixture
def path(tmp_path):
    """Of a trial that was saved after its first and its second epoch."""
    path = tmp_path / "checkpoint.pt"
    for epoch in (1, 2):
        checkpoint.save(path, "abc", {"history": [{}] * epoch, "model": {"w": torch.full((50,), epoch)}})
    return path


class Keeps(nn.Module):
    """A module that keeps more than tensors."""

    def __init__(self, kept):
        super().__init__()
        self.kept = kept

    def get_extra_state(self):
        return self.kept

    def set_extra_state(self, state):
        self.kept = state


def test_state_that_could_not_be_read_back_is_refused_when_it_is_written(tmp_path):
    """Not told to be a damaged file when it is needed."""
    path = tmp_path / "checkpoint.pt"
    checkpoint.save(path, "abc", {"history": [], "model": Keeps({"steps": 3}).state_dict()})
    assert checkpoint.load(path, "abc", silent)["model"]["_extra_state"] == {"steps": 3}
    with pytest.raises(StoreError, match="_extra_state is of a kind that cannot be read back"):
        checkpoint.save(path, "abc", {"history": [], "model": Keeps({Path("a")}).state_dict()})


def cut(file: Path):
    file.write_bytes(file.read_bytes()[:-100])


def turn_a_bit(file: Path):
    """In the middle, where the weights are: still a file that torch would read."""
    content = bytearray(file.read_bytes())
    content[content.index(torch.full((50,), 2).numpy().tobytes())] ^= 4
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "told"),
    [(cut, "damaged"), (turn_a_bit, "damaged"), (Path.unlink, "missing"), (lambda _: None, None)],
)
def test_the_newest_intact_one_is_read(path, damage, told):
    """And a message says when that is the one before."""
    damage(path)
    messages = []
    found = checkpoint.load(path, "abc", messages.append)
    assert len(found["history"]) == (1 if told else 2)
    assert messages == ([f"{path}: {told}; continued from the checkpoint before it, epoch 1"] if told else [])


def test_where_all_are_damaged_training_does_not_begin_anew(path):
    """Only a person may decide to lose what was trained."""
    cut(path)
    cut(generations.previous_of(path))
    with pytest.raises(StoreError, match=r"damaged checkpoint .*; remove it to train from the start"):
        checkpoint.load(path, "abc", silent)


def test_one_of_another_trial_or_version_is_refused(path, monkeypatch):
    """Even where the one before would fit: whoever put it there meant something."""
    with pytest.raises(StoreError, match="checkpoint of another trial"):
        checkpoint.load(path, "abd", silent)
    monkeypatch.setattr(checkpoint, "VERSION", checkpoint.VERSION + 1)
    with pytest.raises(StoreError, match="checkpoint of another version"):
        checkpoint.load(path, "abc", silent)


def test_one_without_a_checksum_is_read(path):
    """As earlier versions of this program left them."""
    generations.checksums_of(path).unlink()
    assert len(checkpoint.load(path, "abc", silent)["history"]) == 2


def test_a_full_disk_is_named_even_within_torch(path, monkeypatch):
    """The one that was there is intact."""

    def save_half(content, sink):
        sink._file.close()  # every write fails from here on
        sink._file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115, PTH123 - what is closed is replaced
        really_save(content, sink)

    really_save = torch.save
    monkeypatch.setattr(torch, "save", save_half)
    with pytest.raises(WriteError, match=r"checkpoint\.pt: cannot be written: No space left on device"):
        checkpoint.save(path, "abc", {"history": [{}] * 3})
    monkeypatch.undo()
    assert len(checkpoint.load(path, "abc", silent)["history"]) == 2
