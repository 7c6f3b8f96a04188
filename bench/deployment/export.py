"""`bench.export`: the trained network of an architecture as ONNX or as a torch.export program."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn

from bench.deployment.agreement import refuse_disagreement
from bench.deployment.formats import FORMATS
from bench.errors import StoreError, SuiteError
from bench.measurements.construction import Geometry, constructor
from bench.measurements.training import checkpoint, initial
from bench.plan import Trial
from bench.records import DataFacts, TrialRecord
from bench.store import CHECKPOINT_FILE, Run, TrialStore, generations
from bench.store.atomic import make_folder, writing

Format = Literal["onnx", "torch-export"]

Takes = Literal["pixels", "normalised images"]

IMAGES = 3
"""In the batch on which a file is held against the eager network; it was traced with another number."""


@dataclass(frozen=True)
class Exported:
    """A network that was written, and how well it agrees."""

    path: Path
    label: str
    seed: int
    takes: Takes
    """"pixels": float32 (N, C, H, W) in [0, 1], resized as in training. Runs of earlier versions do not know
    the constants of their normalisation: "normalised images", as the network itself takes them."""
    input_shape: tuple[int, int, int]
    """C, H, W of one image; N is free."""
    checked_with: str | None
    """What ran the file: "torch" or "onnxruntime"; None where onnxruntime is not installed."""
    largest_difference: float | None
    """Between its logits and the eager network's, on a batch of random images; None where it was not run."""


def export(  # noqa: PLR0913 - each is a choice of its own
    run: str | Path,
    label: str,
    *,
    format: Format = "onnx",  # noqa: A002 - as in `bench report --format`
    seed: int | None = None,
    output: str | Path | None = None,
    batch_size: int | None = None,
) -> Exported:
    """Write the network of a finished trial with the weights of its last epoch, for evaluation in float32.

    Args:
        run: A run directory.
        label: Of the architecture.
        format: "onnx" (needs the extra `onnx`) or "torch-export" (a .pt2 file).
        seed: Which of its trials; by default the first that finished.
        output: The file. Default: `model.onnx` or `model.pt2` in the folder of the trial.
        batch_size: For networks that cannot take any: the one they are exported for.

    Raises:
        SuiteError: No such label, seed or format.
        StoreError: The trial did not finish, or its checkpoint is missing or damaged.
        DependencyError: The extra is not installed.
        CheckError: The network cannot be exported, or the file computes something else; no file is left.
    """
    if format not in FORMATS:
        raise SuiteError(f"format {format!r}: unknown; choose one of {', '.join(FORMATS)}")
    opened = Run.open(Path(run))
    trial, record, facts = _finished(opened, label, seed)
    network, takes = _trained(trial, facts, opened.trial(trial))
    writer, ending, runner = FORMATS[format]
    path = Path(output) if output else opened.trial(trial).folder / f"model{ending}"
    images = torch.rand(
        (batch_size or IMAGES, *facts.image_shape), generator=torch.Generator().manual_seed(0)
    )
    with torch.no_grad():
        expected: Tensor = network(images)
    with writing(path):
        make_folder(path.parent)
        about = json.dumps(_about(trial, record, facts, takes), ensure_ascii=False)
        writer(network, images[: batch_size or 2], path, about, dynamic=batch_size is None)
    answer = runner(path, images)
    difference = None
    if answer is not None:
        difference = refuse_disagreement(path, expected, answer[1])
    return Exported(
        path, label, trial.seed, takes, facts.image_shape, answer[0] if answer else None, difference
    )


def _finished(run: Run, label: str, seed: int | None) -> tuple[Trial, TrialRecord, DataFacts]:
    """The trial that is meant, its record, and what is known of its data."""
    mine = [trial for trial in run.info.plan if trial.label == label]
    if not mine:
        labels = list(dict.fromkeys(trial.label for trial in run.info.plan))
        near = difflib.get_close_matches(label, labels, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"labels: {', '.join(map(repr, labels))}"
        raise SuiteError(f"{label!r}: the run has no architecture of that label; {hint}")
    chosen = [trial for trial in mine if seed in (None, trial.seed)]
    if not chosen:
        seeds = ", ".join(str(trial.seed) for trial in mine)
        raise SuiteError(f"{label!r}: no trial of seed {seed}; seeds: {seeds}")
    states = []
    for trial in chosen:
        record = run.trial(trial).read_record(tables=())
        if record is not None and record.status == "done" and record.data is not None:
            return trial, record, record.data
        states.append(f"seed {trial.seed} {record.status if record else 'has no record'}")
    raise StoreError(f"{label!r}: no finished trial to export: {', '.join(states)}")


def _trained(trial: Trial, facts: DataFacts, store: TrialStore) -> tuple[nn.Module, Takes]:
    path = store.folder / CHECKPOINT_FILE
    state = checkpoint.read(path, "run the suite again to train it", generations.checksums_of(path))
    channels, height, _ = facts.image_shape
    network = constructor(trial.architecture, trial.args, Geometry(channels, height, len(facts.classes)))()
    initial.load_weights(network, state["model"], path)
    network.eval()
    if not facts.pixel_scale:
        return network, "normalised images"
    return OfPixels(network, facts.pixel_scale, facts.pixel_shift).eval(), "pixels"


class OfPixels(nn.Module):
    """A network with the normalisation that its training images went through."""

    scale: Tensor
    shift: Tensor

    def __init__(self, network: nn.Module, scale: tuple[float, ...], shift: tuple[float, ...]) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("scale", torch.tensor(scale).view(1, -1, 1, 1))
        self.register_buffer("shift", torch.tensor(shift).view(1, -1, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, classes) of images (N, C, H, W) in [0, 1]."""
        logits: Tensor = self.network(images * self.scale + self.shift)
        return logits


def _about(trial: Trial, record: TrialRecord, facts: DataFacts, takes: Takes) -> dict[str, Any]:
    """What travels inside the file."""
    return {
        "label": trial.label, "seed": trial.seed, "trial": trial.id, "architecture": trial.architecture,
        "args": trial.args, "takes": takes, "input_shape": facts.image_shape, "classes": facts.classes,
        "dataset": facts.name, "data_fingerprint": facts.fingerprint,
        "test_accuracy": record.training.last.test_accuracy if record.training else None,
    }  # fmt: skip
