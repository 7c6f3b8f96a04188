"""A training of seconds that one process can do, or two together; the same in each."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import torch
from stopping import StoppedHereError
from torch import nn

from bench.data.batches import ImageSet, Pipeline
from bench.measurements.device import Device
from bench.measurements.parallel.replicas import batch_norm_of
from bench.measurements.timing import scaling
from bench.measurements.timing.steps import Workload
from bench.measurements.training.loop import Training
from bench.measurements.training.running import DivergedError
from bench.plan import Trial
from bench.spec import SGD, Crop, Dataset, Execution, Flip, Freeze, Lookahead, Recipe

BATCH = 8


class Plain(nn.Module):
    """Without any layer in which images see each other; one weight is never used."""

    def __init__(self, norm=nn.Identity):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 6, 3, 2), norm(), nn.ReLU())
        self.head = nn.Linear(6 * 3 * 3, 4)
        self.idle = nn.Linear(2, 2)

    def forward(self, images):
        return self.head(self.body(images).flatten(1))


def normed():
    """With batch norm."""
    return Plain(lambda: nn.BatchNorm2d(6))


NETWORKS = {"plain": Plain, "normed": normed}


def image_set(count, seed):
    """Images (N, 8, 8, 1) of four classes, by chance."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (count, 8, 8, 1), dtype=np.uint8)
    return ImageSet.of(pixels, rng.integers(0, 4, count), None, torch.device("cpu"))


def make(
    replicas,
    network="plain",
    *,
    images=37,
    epochs=2,
    batch_norm="synchronised",
    lr=0.1,
    lookahead=None,
    freeze=(),
):
    """A training of `images` images in batches of 8, over whoever takes part."""
    torch.manual_seed(5 + replicas.share.rank)  # whoever leads decides where all start from
    model = NETWORKS[network]()
    execution = Execution(device="cpu", precision="float32", batch_norm=batch_norm)
    augment = (Crop(name="crop", padding=1), Flip(name="hflip", alternating=True), Flip(name="vflip"))
    recipe = Recipe(
        epochs=epochs, batch_size=BATCH, augment=augment, seeds=(0,), label_smoothing=0.1,
        optimizer=SGD(name="sgd", lr=lr, weight_decay=0.01), lookahead=lookahead, freeze=freeze,
    )  # fmt: skip
    trial = Trial(label="N", architecture="n", dataset=Dataset(), recipe=recipe, execution=execution)
    train, validation, test = image_set(images, 0), image_set(1, 1), image_set(21, 2)
    pipeline = Pipeline.fitted(
        Dataset(), train, channels=1, image_size=8, memory_format=torch.channels_last, augment=augment
    )
    return Training(
        trial, model, model, train, validation, test, pipeline, Device.chosen(execution), (1000,) * epochs,
        replicas=replicas, batch_norm=batch_norm_of(model, batch_norm),
    )  # fmt: skip


def outcome(training):
    """Weights and buffers, and what was reported of each epoch without the times."""
    timed = {"train_seconds", "train_images_per_second"}
    return {
        "state": {name: tensor.tolist() for name, tensor in training.model.state_dict().items()},
        "history": [epoch.model_dump(exclude=timed) for epoch in training.history],
        "processes": training.processes,
    }


def trained(replicas, folder, name, **options):
    """Train, and say what came of it; only who leads has a checkpoint."""
    training = make(replicas, **options)
    own = folder / name / f"{replicas.share.rank}.pt"
    own.parent.mkdir(parents=True, exist_ok=True)
    try:
        training.run(own, lambda _: None)
    except DivergedError as error:
        return {"diverged": str(error)}
    return {**outcome(training), "files": sorted(path.name for path in own.parent.glob("*.pt"))}


CASES = {
    "plain": {},
    "tiny last batch": {"images": 33},
    "normed": {"network": "normed"},
    "normed, tiny last batch": {"network": "normed", "images": 33},
    "per process": {"network": "normed", "batch_norm": "per_process"},
    "averaged": {"network": "normed", "lookahead": Lookahead(every=4, decay=0.6, buffers=True)},
    "frozen": {"network": "normed", "freeze": (Freeze(parameters="body.*", after=1),)},
    "diverging": {"lr": 1e30, "epochs": 3},
}


def all_cases(replicas, folder):
    """Every case, and a training that is taken up again."""
    found = {name: trained(replicas, folder, name, **options) for name, options in CASES.items()}
    stopped = make(replicas, **CASES["averaged"])

    def stop(_):
        raise StoppedHereError

    path = folder / f"resumed-{replicas.share.rank}.pt"
    stopped.after_epoch.append(lambda epochs: stop(epochs) if epochs == 2 else None)
    with suppress(StoppedHereError):
        stopped.run(path, lambda _: None)
    again = make(replicas, **CASES["averaged"])
    again.run(path, lambda _: None)
    found["resumed"] = {**outcome(again), "resumed": again.resumed}
    return found


def timed_together(replicas):
    """How much faster two are, and what the measurement leaves of the weights."""
    training = make(replicas, "normed")
    before = [tensor.clone() for tensor in training.model.state_dict().values()]
    workload = Workload(training.model, training.trial.recipe, training.device, (1, 8, 8), 4)
    facts = scaling.measure(training, workload, 0.05)
    after = training.model.state_dict().values()
    same = all(torch.equal(one, other) for one, other in zip(before, after, strict=True))
    return None if facts is None else facts.model_dump(mode="json"), same


def everything(replicas, folder):
    """All that a pair of processes is started for."""
    return {**all_cases(replicas, folder), "timed": timed_together(replicas)}
