"""Train one network with one seed, epoch by epoch, so that it can be stopped and continued at any moment."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from architectures import ArchitectureError
from bench.data.batches import Batches, ImageSet, Pipeline, seed_all, shuffled
from bench.measurements.device import Device
from bench.measurements.parallel import ALONE, Replicas
from bench.measurements.parallel.replicas import BatchNorm
from bench.measurements.timing.validity import Watch
from bench.measurements.training import checkpoint
from bench.measurements.training.beginning import begin, state_of
from bench.measurements.training.evaluation import Evaluation, evaluate
from bench.measurements.training.freezing import frozen, frozen_in
from bench.measurements.training.marks import BACKWARD, DATA, FORWARD, LOSS, OPTIMIZER, Mark, unmarked
from bench.measurements.training.optimisation import learning_rate, make_optimizer, set_learning_rate
from bench.measurements.training.running import Running, refuse_divergence
from bench.measurements.training.slow_weights import SlowWeights
from bench.plan import Trial
from bench.records import EpochFacts, InitialFacts

Report = Callable[[dict[str, object]], None]


@dataclass
class Training:
    """A network, the data it learns from, and how far it has come."""

    trial: Trial
    model: nn.Module
    step_model: nn.Module
    """The model itself, or its compiled form; both share their parameters."""
    train: ImageSet
    validation: ImageSet | None
    """None when the test set serves as validation set."""
    test: ImageSet
    pipeline: Pipeline
    device: Device
    flops_per_image: tuple[int, ...]
    """Forward and backward, in each epoch."""
    evaluation_batch_size: int | None = None
    """Images per forward pass of an evaluation."""
    history: list[EpochFacts] = field(default_factory=list)
    evaluation_seconds: float = 0.0
    resumed: int = 0
    origin: Path | None = None
    """The checkpoint to start from; None: the network as it is."""
    initial: InitialFacts | None = None
    after_epoch: list[Callable[[int], None]] = field(default_factory=list)
    """Called with the number of completed epochs, at 0 and after each; for measurements along training."""
    mark: Mark = unmarked
    """Names the parts of a step to a profiler."""
    after_backward: list[Callable[[Tensor], None]] = field(default_factory=list)
    """Called with the unsmoothed loss of each step, when gradients are there and weights not yet updated."""
    replicas: Replicas = ALONE
    """Who trains this network together; each has the same `Training`, and its share of each batch."""
    batch_norm: BatchNorm = "none"
    """What batch norm takes its statistics over, where several train together."""
    processes: list[int] = field(default_factory=list)
    """How many trained together in each epoch of `history`."""
    slow: SlowWeights | None = None
    """Where the recipe averages weights."""

    def __post_init__(self) -> None:
        self.watch = Watch(self.device)
        self.shared = self.replicas.together(self.model, self.step_model, self.batch_norm)

    @property
    def steps_per_epoch(self) -> int:
        """Optimiser steps, the incomplete last batch included."""
        return math.ceil(len(self.train) / self.trial.recipe.batch_size)

    def run(self, checkpoint_path: Path, report: Report) -> None:
        """Train until the recipe's last epoch, from the checkpoint where there is one.

        Raises:
            DivergedError: The loss became infinite or not a number.
            BenchError: A checkpoint cannot be used.
        """
        optimizer = make_optimizer(self.model, self.trial.recipe, self.device.handle)
        begin(self, checkpoint_path, optimizer, report)
        if not self.history:
            self._observe(0)
        while len(self.history) < self.trial.recipe.epochs:
            row = self._epoch(len(self.history) + 1, optimizer, report)
            self.history.append(row)
            self.processes.append(self.replicas.share.size)
            self._observe(row.epoch)
            if self.replicas.leading:
                checkpoint.save(checkpoint_path, self.trial.id, state_of(self, optimizer))
                report({"kind": "epoch", **row.model_dump()})

    def part(self) -> None:
        """From here on this process computes whatever it computes by itself."""
        self.replicas = ALONE
        self.shared = ALONE.together(self.model, self.step_model, self.batch_norm)

    def _epoch(self, number: int, optimizer: torch.optim.Optimizer, report: Report) -> EpochFacts:
        batches = self.batches(number)
        with self.watch, closing(batches):  # whatever happens, nothing reads ahead any more
            started = self._clock()
            with frozen(self.model, frozen_in(self.model, self.trial.recipe.freeze, number)):
                loss, accuracy, rate = self._train_epoch(batches, number, optimizer, report)
            trained = self._clock()
        refuse_divergence("training", loss, number)
        self.replicas.level(*self.model.buffers(), *(self.slow.state().values() if self.slow else ()))
        validation = None
        if self.validation is not None:
            validation = self._evaluate(self.validation)
            refuse_divergence("validation", validation.loss, number)
        test = self._evaluate(self.test)
        refuse_divergence("test", test.loss, number)
        self.evaluation_seconds += self._clock() - trained
        selected = test if self.trial.dataset.validation == "test" else validation
        seconds = trained - started
        if number == 1 and self.initial is not None:
            seconds += self.initial.fitting_seconds
        return EpochFacts(
            epoch=number,
            learning_rate=rate,
            train_loss=loss,
            train_accuracy=accuracy,
            validation_loss=selected.loss if selected else None,
            validation_accuracy=selected.accuracy if selected else None,
            test_loss=test.loss,
            test_accuracy=test.accuracy,
            train_seconds=seconds,
            train_images_per_second=len(self.train) / seconds,
            train_flops=self.flops_per_image[number - 1] * len(self.train),
        )

    def _train_epoch(
        self, batches: Batches, number: int, optimizer: torch.optim.Optimizer, report: Report
    ) -> tuple[float, float, float]:
        """One pass over the training set: mean loss in nats, accuracy, and the last learning rate."""
        recipe, images = self.trial.recipe, len(self.train)
        self._seed(number)
        self.shared.train()
        running, seen, rate = Running(number, self.device.handle), 0, 0.0
        for inputs, labels in batches:
            rate = learning_rate(recipe, number - 1 + seen / images, self.history)
            set_learning_rate(optimizer, rate)
            batch = min(recipe.batch_size, images - seen)  # of all processes together
            loss, logits = self.step(inputs, labels, optimizer, batch)
            if self.replicas.counts(batch):
                running.add(loss, logits, labels)
            seen += batch
            self._average(number, seen)
            if self.replicas.leading and running.due:
                report({"kind": "step", "epoch": number, "seen": seen, "images": images, **running.so_far()})
        return *running.of_all(self.replicas, seen), rate

    def _seed(self, epoch: int) -> None:
        """Dropout and the like draw from the global generator; epochs must not depend on what ran before."""
        rank = self.replicas.share.rank
        seed_all(self.trial.seed, "dropout", epoch, *([rank] if rank else []))

    def _average(self, epoch: int, seen: int) -> None:
        """After a step: let the slow weights follow, where the recipe has them."""
        if self.slow is not None:
            done, epochs = epoch - 1, self.trial.recipe.epochs
            steps = done * self.steps_per_epoch + math.ceil(seen / self.trial.recipe.batch_size)
            self.slow.after_step(steps, (done + seen / len(self.train)) / epochs)

    def batches(self, epoch: int) -> Batches:
        """The augmented batches of an epoch; close them when leaving early."""
        with closing(self._made(epoch)) as made:
            while True:
                with self.mark(DATA):
                    batch = next(made, None)
                if batch is None:
                    return
                yield batch

    def _made(self, epoch: int) -> Batches:
        recipe, share = self.trial.recipe, self.replicas.share
        return shuffled(self.train, self.pipeline, recipe, seed=self.trial.seed, epoch=epoch, share=share)

    def step(
        self, inputs: Tensor, labels: Tensor, optimizer: torch.optim.Optimizer, batch: int | None = None
    ) -> tuple[Tensor, Tensor]:
        """Forward, backward and update; returns the unsmoothed mean loss and the logits (N, classes).

        Args:
            inputs: Images (N, C, H, W) of this process.
            labels: Theirs (N).
            optimizer: Moves the weights.
            batch: Images of all processes together, where there are several.
        """
        smoothing = self.trial.recipe.label_smoothing
        together = batch or len(inputs)
        # Compiled for one batch size; the incomplete last batch would have it compiled once more.
        complete = together == self.trial.recipe.batch_size
        self.device.begin_step()
        with self.mark(FORWARD), self.device.autocast():
            logits = self.shared(inputs, whole=self.replicas.share.repeats(together), complete=complete)
        if not isinstance(logits, Tensor):
            raise ArchitectureError(
                f"{self.trial.architecture} returns a {type(logits).__name__} in training; return logits "
                "alone, one tensor (N, classes)"
            )
        with self.mark(LOSS):
            logits = logits.float()  # the loss is summed in float32, whatever the network computes in
            loss = F.cross_entropy(logits, labels, label_smoothing=smoothing)
        with self.mark(BACKWARD):
            optimizer.zero_grad(set_to_none=True)
            self.replicas.scaled(loss, together).backward()
        logits = logits.detach()
        unsmoothed = F.cross_entropy(logits, labels) if smoothing else loss.detach()
        for observer in self.after_backward:
            observer(unsmoothed)
        with self.mark(OPTIMIZER):
            optimizer.step()
        return unsmoothed, logits

    def _evaluate(self, images: ImageSet) -> Evaluation:
        return evaluate(
            self.model, images, self.pipeline, self.device, self.evaluation_batch_size, self.replicas
        )

    def _observe(self, epochs: int) -> None:
        for observer in self.after_epoch:
            observer(epochs)

    def _clock(self) -> float:
        self.device.synchronize()
        return time.perf_counter()
