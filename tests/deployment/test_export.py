"""Trained networks for other programs: what they compute, what they say, and what cannot be written."""

import json

import pytest
import torch

import bench
from bench.deployment import formats
from bench.errors import CheckError, DependencyError, StoreError, SuiteError
from bench.measurements.training import checkpoint
from bench.store import CHECKPOINT_FILE

HOSTILE = "</b>|\u00e9\u202e"


def program(path):
    """An exported program, and what it says of itself."""
    facts = {formats.FACTS: ""}
    loaded = torch.export.load(path, extra_files=facts)
    return loaded.module(), json.loads(facts[formats.FACTS])


@pytest.mark.parametrize("label", ["Plain", HOSTILE])
def test_a_program_computes_what_the_network_computes(make_run, normalised, label):
    """Of pixels, for any batch size, with the weights of the checkpoint; it says what it is."""
    run = make_run(normalised)
    made = bench.export(run.folder, label, format="torch-export")
    assert (made.takes, made.checked_with, made.seed) == ("pixels", "torch", 0)
    assert made.largest_difference < 1e-4
    trial = run.info.plan[0 if label == "Plain" else 1]
    assert made.path == run.trial(trial).folder / "model.pt2"
    network, facts = program(made.path)
    assert network(torch.rand(1, 3, 32, 32)).shape == (1, 4)
    assert network(torch.rand(7, 3, 32, 32)).shape == (7, 4)
    assert (facts["label"], facts["takes"], len(facts["classes"])) == (label, "pixels", 4)
    weights = checkpoint.read(run.trial(trial).folder / CHECKPOINT_FILE, "")["model"]
    exported = {name.removeprefix("network."): tensor for name, tensor in network.state_dict().items()}
    assert all(torch.equal(exported[name], tensor) for name, tensor in weights.items())


def test_pixels_are_normalised_inside(make_run, normalised, tmp_path):
    """The same network of normalised images, from a run that does not know the constants."""
    one = program(bench.export(make_run(normalised).folder, "Plain", format="torch-export").path)[0]
    made = bench.export(make_run().folder, "Plain", format="torch-export", output=tmp_path / "a" / "b.pt2")
    assert made.takes == "normalised images"
    other = program(tmp_path / "a" / "b.pt2")[0]
    pixels = torch.rand(2, 3, 32, 32)
    scale, shift = (torch.tensor(one).view(3, 1, 1) for one in ((4.0, 4.5, 5.0), (-2.0, -2.1, -2.2)))
    torch.testing.assert_close(one(pixels), other(pixels * scale + shift))


def test_onnx_agrees_with_the_network(make_run, normalised):
    """Run by onnxruntime on a batch of another size than it was traced with."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxscript")
    pytest.importorskip("onnxruntime")
    made = bench.export(make_run(normalised).folder, "Plain")
    assert made.checked_with == "onnxruntime"
    assert made.largest_difference < 1e-4
    facts = {entry.key: entry.value for entry in onnx.load(made.path).metadata_props}
    assert json.loads(facts[formats.FACTS])["label"] == "Plain"


def test_a_seed_can_be_chosen_and_one_that_did_not_finish_is_passed_over(make_run):
    """Seed 0 failed: seed 1 is taken, and seed 0 is refused with its state."""
    run = make_run(
        lambda record: record.model_copy(update={"status": "failed"}) if record.trial.seed == 0 else record
    )
    assert bench.export(run.folder, "Plain", format="torch-export").seed == 1
    with pytest.raises(StoreError, match="no finished trial to export: seed 0 failed"):
        bench.export(run.folder, "Plain", format="torch-export", seed=0)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"label": "Plane"}, "did you mean 'Plain'"),
        ({"label": "Plain", "seed": 7}, "no trial of seed 7; seeds: 0, 1"),
        ({"label": "Plain", "format": "tflite"}, "choose one of onnx, torch-export"),
    ],
)
def test_what_there_is_not_is_refused(make_run, arguments, why):
    with pytest.raises(SuiteError, match=why):
        bench.export(make_run().folder, **arguments)


def test_a_missing_checkpoint_is_told(make_run):
    run = make_run()
    (run.trial(run.info.plan[0]).folder / CHECKPOINT_FILE).unlink()
    with pytest.raises(StoreError, match=r"checkpoint\.pt: damaged checkpoint .*No such file"):
        bench.export(run.folder, "Plain", format="torch-export")


def test_without_the_extra_onnx_is_told(make_run, monkeypatch):
    monkeypatch.setattr(formats.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(DependencyError, match=r"pip install 'archbench\[onnx\]'"):
        bench.export(make_run().folder, "Plain")


def test_a_file_that_computes_something_else_is_not_left(make_run, monkeypatch):
    """Its difference is named."""
    honest = formats.FORMATS["torch-export"]
    wrong = honest._replace(run=lambda path, images: ("torch", honest.run(path, images)[1] + 1))
    monkeypatch.setitem(formats.FORMATS, "torch-export", wrong)
    run = make_run()
    with pytest.raises(CheckError, match="logits are up to 1 away"):
        bench.export(run.folder, "Plain", format="torch-export")
    assert not list(run.folder.rglob("*.pt2"))


NETWORK = """
from torch import nn

class Looks(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.head = nn.Linear(3 * 32 * 32, classes)

    def forward(self, images):
        logits = self.head(images.flatten(1))
        return logits if logits.sum().item() > 0 else -logits

def looks(num_classes):
    return Looks(num_classes)
"""


def test_a_network_that_cannot_be_traced_is_told(make_run, tmp_path, monkeypatch):
    """Control flow that depends on the images has no graph."""
    (tmp_path / "my_looking.py").write_text(NETWORK)
    monkeypatch.syspath_prepend(tmp_path)
    run = make_run(architectures={"Looks": "my_looking:looks"})
    with pytest.raises(CheckError, match="the network cannot be traced"):
        bench.export(run.folder, "Looks", format="torch-export")
