"""Time a few steps of a network as a trial would take them: its batch, augmentation, optimiser and device."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from bench import environment
from bench.data import catalogue
from bench.data.batches import ImageSet, Pipeline
from bench.data.sizes import Sizes, sizes
from bench.execution.rehearsal import Rehearsal
from bench.measurements.construction import Geometry, constructor
from bench.measurements.device import Device
from bench.measurements.training import checkpoint, initial
from bench.measurements.training.evaluation import evaluate, largest
from bench.measurements.training.loop import Training
from bench.measurements.training.optimisation import make_optimizer
from bench.plan import Trial
from bench.store import CHECKPOINT_FILE

FEW = 2
"""Images of the first steps, from which a batch is chosen that fits into the time; batch norm needs two."""
MOST_STEPS, MOST_EVALUATIONS = 30, 5
SHARE = 0.25
"""Of the time that one step may take, so that a few of them fit."""


def rehearse(
    trials: Sequence[tuple[Trial, Path]], data_root: Path | None, *, seconds: float, fresh: bool
) -> Rehearsal:
    """Run a few steps of the first trial's network; nothing is downloaded, trained or kept.

    Args:
        trials: Trials of one architecture that are to be run, with their folders.
        data_root: Where datasets are looked for first.
        seconds: How long it may take, about.
        fresh: Whether checkpoints of these trials do not count.

    Raises:
        BenchError: The device is not there, data are broken, or a checkpoint cannot be used.
        RuntimeError: Whatever goes wrong in the network or on the device.
    """
    trial = trials[0][0]
    device = Device.chosen(trial.execution)
    threads = trial.execution.threads or environment.usable_cores()
    device.prepare(deterministic=trial.recipe.deterministic, threads=threads)
    geometry = Geometry(*catalogue.geometry(trial.dataset, data_root=data_root))
    found = sizes(trial.dataset, data_root)
    model = device.hold(constructor(trial.architecture, trial.args, geometry)())
    wanted = min(trial.recipe.batch_size, found.train or trial.recipe.batch_size)
    stage = _Stage(trial, model, device, geometry, found)
    batch_size = stage.affordable(wanted, seconds * SHARE)
    if device.handle.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device.handle)
    step = stage.step(batch_size)
    saved = _saved_bytes(model, step)
    times = timed(step, device, seconds / 2, MOST_STEPS)
    images = stage.images(min(largest(stage.pipeline, device), max(batch_size, FEW)))
    runs = timed(
        lambda: evaluate(model, images, stage.pipeline, device), device, seconds / 4, MOST_EVALUATIONS
    )
    on_cuda = device.handle.type == "cuda"
    name = torch.cuda.get_device_name(device.handle) if on_cuda else environment.cpu_name()
    kept = [value for state in stage.optimizer.state.values() for value in state.values()]
    return Rehearsal(
        device=f"{name}, {device.precision}",
        batch_size=batch_size,
        steps=len(times),
        step_seconds=_middle(times),
        evaluation_seconds=_middle([seconds / len(images) for seconds in runs]),
        weight_bytes=_bytes(model.state_dict().values()),
        gradient_bytes=_bytes(one for one in model.parameters() if one.requires_grad),
        optimizer_bytes=_bytes(value for value in kept if torch.is_tensor(value)),
        saved_bytes=saved,
        allocator_bytes=torch.cuda.max_memory_allocated(device.handle) if on_cuda else None,
        epochs_done=tuple(_epochs_done(one, folder, fresh=fresh) for one, folder in trials),
    )


def timed(act: Callable[[], object], device: Device, seconds: float, most: int) -> list[float]:
    """Seconds of each repetition, two at least, until the time is over; the first one only warms up."""
    act()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 2 or (len(times) < most and time.perf_counter() < end):
        device.synchronize()
        started = time.perf_counter()
        act()
        device.synchronize()
        times.append(time.perf_counter() - started)
    return times


def _middle(times: list[float]) -> tuple[float, float]:
    """The quartiles: a training is as fast as its steps are on average, and a few are always disturbed."""
    lower, _, upper = statistics.quantiles(times, n=4, method="inclusive")
    return lower, upper


class _Stage:
    """A network in training on images of noise, which have the shape of the dataset's."""

    def __init__(
        self, trial: Trial, model: nn.Module, device: Device, geometry: Geometry, found: Sizes
    ) -> None:
        self._trial, self._model, self._device = trial, model, device
        self._geometry, self._found = geometry, found
        self.optimizer = make_optimizer(model, trial.recipe, device.handle)
        self.pipeline = Pipeline.fitted(
            trial.dataset, self.images(FEW), channels=geometry.channels, image_size=geometry.image_size,
            memory_format=device.memory_format, augment=trial.recipe.augment,
        )  # fmt: skip

    def images(self, count: int) -> ImageSet:
        """So many images, labelled at random."""
        draws = np.random.default_rng(0)
        pixels = draws.integers(0, 256, (count, *self._found.stored_shape), dtype=np.uint8)
        labels = draws.integers(0, self._geometry.classes, count)
        return ImageSet.of(pixels, labels, None, self._device.handle)

    def step(self, batch_size: int) -> Callable[[], object]:
        """A training step at a batch size, from the stored images to the updated weights."""
        recipe = self._trial.recipe.model_copy(update={"batch_size": batch_size})
        images = self.images(batch_size)
        training = Training(
            self._trial.model_copy(update={"recipe": recipe}), self._model, self._model, images, None, images,
            self.pipeline, self._device, flops_per_image=(),
        )  # fmt: skip

        def act() -> None:
            self._model.train()
            with closing(training.batches(1)) as batches:
                training.step(*next(batches), self.optimizer)

        return act

    def affordable(self, wanted: int, seconds: float) -> int:
        """The batch size itself where its step takes no longer than this, else what does."""
        if wanted <= FEW:
            return wanted
        per_image = min(timed(self.step(FEW), self._device, 0, FEW)) / FEW
        return max(FEW, min(wanted, int(seconds / per_image)))


def _saved_bytes(model: nn.Module, step: Callable[[], object]) -> int:
    """Bytes of what a step keeps for its backward pass, each storage counted once, weights left out."""
    weights = {one.untyped_storage().data_ptr() for one in model.parameters()}
    kept: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        step()
    return sum(kept.values())


def _bytes(tensors: Iterable[Tensor]) -> int:
    return sum(one.nbytes for one in tensors)


def _epochs_done(trial: Trial, folder: Path, *, fresh: bool) -> int:
    """Epochs that the trial's checkpoint holds, or the one that it starts from with all its training."""
    state = None if fresh else checkpoint.load(folder / CHECKPOINT_FILE, trial.id, lambda _: None)
    if state is not None:
        return len(state["history"])
    start = trial.recipe.init_from
    if start is None or start.keep != "training":
        return 0
    if trial.origin is not None:
        return trial.origin.recipe.epochs
    path = initial.checkpoint_path(trial, folder)
    assert path is not None
    return len(initial.load(trial, path)[0]["history"])
