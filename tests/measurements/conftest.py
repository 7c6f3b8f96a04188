"""A small training that finishes in a second."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from bench.data.batches import ImageSet, Pipeline, derive_seed
from bench.measurements.device import Device
from bench.measurements.memory import inquiry
from bench.measurements.timing import steps
from bench.measurements.timing.steps import Workload
from bench.measurements.training.loop import Training
from bench.plan import Trial
from bench.spec import Adam, Crop, Dataset, Execution, Flip, Recipe

CPU = Execution(device="cpu", precision="float32")


class Clock:
    """Time that passes only when a step says so: no other load of the machine decides a test."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now

    def pass_by(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    """The clock by which steps are timed."""
    clock = Clock()
    monkeypatch.setattr(steps, "time", clock)
    return clock


class Network(nn.Module):
    """Convolution, batch norm, dropout, linear: everything that has state."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 6, 3, 2), nn.BatchNorm2d(6), nn.ReLU(), nn.Dropout(0.2))
        self.head = nn.Linear(6 * 3 * 3, 4)

    def forward(self, images):
        return self.head(self.body(images).flatten(1))


def four_classes(count, seed):
    """Images with one bright quadrant, which is their class."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, count)
    images = rng.integers(0, 120, (count, 8, 8, 1), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        row, column = divmod(int(label), 2)
        image[row * 4 : row * 4 + 4, column * 4 : column * 4 + 4] += 60
    return ImageSet.of(images, labels, None, torch.device("cpu"))


@pytest.fixture
def make_training():
    """A function that makes a fresh training; the same arguments give the same one."""

    def make(seed=0, execution=CPU, network=Network, origin=None, checkpoint=None, **recipe):
        settings = {
            "epochs": 4, "batch_size": 32, "seeds": (seed,), "optimizer": Adam(lr=0.02),
            "augment": (Crop(name="crop", padding=1), Flip(name="hflip", p=0.1)),
        }  # fmt: skip
        trial = Trial(
            label="A", architecture="test", dataset=Dataset(name="shapes"), execution=execution,
            recipe=Recipe(**{**settings, **recipe}), origin=origin,
        )  # fmt: skip
        train, validation, test = (four_classes(count, seed) for seed, count in enumerate((200, 80, 80)))
        device = Device.chosen(execution)
        torch.manual_seed(derive_seed(seed, "weights"))
        model = network().to(memory_format=device.memory_format)
        pipeline = Pipeline.fitted(
            trial.dataset, train, channels=1, image_size=8, memory_format=device.memory_format,
            augment=trial.recipe.augment,
        )  # fmt: skip
        return Training(trial, model, model, train, validation, test, pipeline, device,
                        flops_per_image=(1000,) * trial.recipe.epochs, origin=checkpoint)  # fmt: skip

    return make


NETWORKS = """
import os, signal
from torch import nn

class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 32, 3, padding=1)
        self.head = nn.Linear(32, 4)

    def forward(self, images):
        self.act()
        return self.head(self.conv(images).mean((2, 3)))

    def act(self):
        pass

class Raises(Base):
    def act(self): raise ValueError("no such luck")

class Ends(Base):
    def act(self): os._exit(3)

class Interrupted(Base):
    def act(self): os.kill(os.getpid(), signal.SIGTERM)

class Prints(Base):
    def act(self): print("not an answer", flush=True)

class Laid(Base):
    def forward(self, images):
        raise ValueError("contiguous" if images.is_contiguous() else "channels last")

def works(num_classes): return Base()
def laid(num_classes): return Laid()
def raises(num_classes): return Raises()
def ends(num_classes): return Ends()
def interrupted(num_classes): return Interrupted()
def prints(num_classes): return Prints()
"""
"""Networks on 64 x 64 images whose memory is known by heart: one large convolution."""


@pytest.fixture(scope="session")
def networks(tmp_path_factory):
    """Makes `NETWORKS` importable, here and in the processes that measure."""
    folder = tmp_path_factory.mktemp("networks")
    (folder / "memorable.py").write_text(NETWORKS)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        inquiry._server.cache_clear()  # a server that was started earlier does not know this path
        yield


@pytest.fixture
def make_subject(networks):
    """A function that makes what `AfterTraining` measurements are given, for a network of `NETWORKS`."""

    def make(network="works", device="cpu", **measured):
        trial = Trial.model_validate({
            "label": "A", "architecture": f"memorable:{network}", "dataset": Dataset(name="shapes"),
            "recipe": Recipe(batch_size=32, seeds=(0,)), **measured,
            "execution": Execution(device=device, precision="float32", threads=1),
        })  # fmt: skip
        chosen, model = Device.chosen(trial.execution), nn.Linear(1, 1)
        training = SimpleNamespace(model=model, step_model=model)
        return SimpleNamespace(
            trial=trial, device=chosen, training=training,
            workload=Workload(model, trial.recipe, chosen, (3, 64, 64), 4),
        )  # fmt: skip

    return make
