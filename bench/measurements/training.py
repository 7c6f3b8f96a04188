"""Train one network with one seed, epoch by epoch, so that it can be stopped and continued at any moment."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bench.data.batches import Batches, ImageSet, Pipeline, derive_seed, shuffled
from bench.measurements import checkpoint, initial
from bench.measurements.device import Device
from bench.measurements.evaluation import Evaluation, evaluate
from bench.measurements.marks import BACKWARD, DATA, FORWARD, LOSS, OPTIMIZER, Mark, unmarked
from bench.measurements.optimisation import learning_rate, make_optimizer, set_learning_rate
from bench.measurements.parallel import ALONE, Replicas
from bench.measurements.parallel.replicas import BatchNorm
from bench.measurements.slow_weights import SlowWeights
from bench.measurements.validity import Watch
from bench.plan import Trial
from bench.records import EpochFacts, InitialFacts

SECONDS_BETWEEN_REPORTS = 0.5
"""Reading the running loss waits for the device, so it is done rarely."""

Report = Callable[[dict[str, object]], None]


class DivergedError(Exception):
    """The loss is no longer a finite number; the message names the epoch."""


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
    flops_per_image: int
    """Forward and backward."""
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
        if self.replicas.leading:
            self._start(checkpoint_path, optimizer, report)
        if self.replicas.several:
            self._agree(optimizer)
        if self.trial.recipe.lookahead and self.slow is None:
            self.slow = SlowWeights(self.model, self.trial.recipe.lookahead)
        if not self.history:
            self._observe(0)
        while len(self.history) < self.trial.recipe.epochs:
            row = self._epoch(len(self.history) + 1, optimizer, report)
            self.history.append(row)
            self.processes.append(self.replicas.share.size)
            self._observe(row.epoch)
            if self.replicas.leading:
                checkpoint.save(checkpoint_path, self.trial.id, self._state(optimizer))
                report({"kind": "epoch", **row.model_dump()})

    def part(self) -> None:
        """From here on this process computes whatever it computes by itself."""
        self.replicas = ALONE
        self.shared = ALONE.together(self.model, self.step_model, self.batch_norm)

    def _epoch(self, number: int, optimizer: torch.optim.Optimizer, report: Report) -> EpochFacts:
        batches = self.batches(number)
        with self.watch, closing(batches):  # whatever happens, nothing reads ahead any more
            started = self._clock()
            loss, accuracy, rate = self._train_epoch(batches, number, optimizer, report)
            trained = self._clock()
        _refuse_divergence("training", loss, number)
        self.replicas.level(*self.model.buffers(), *(self.slow.state().values() if self.slow else ()))
        validation = None
        if self.validation is not None:
            validation = self._evaluate(self.validation)
            _refuse_divergence("validation", validation.loss, number)
        test = self._evaluate(self.test)
        _refuse_divergence("test", test.loss, number)
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
            train_flops=self.flops_per_image * len(self.train),
        )

    def _train_epoch(
        self, batches: Batches, number: int, optimizer: torch.optim.Optimizer, report: Report
    ) -> tuple[float, float, float]:
        """One pass over the training set: mean loss in nats, accuracy, and the last learning rate."""
        recipe, images = self.trial.recipe, len(self.train)
        # Dropout and the like draw from the global generator; an epoch must not depend on what ran before it.
        rank = self.replicas.share.rank
        torch.manual_seed(derive_seed(self.trial.seed, "dropout", number, *([rank] if rank else [])))
        self.shared.train()
        loss_sum = torch.zeros((), device=self.device.handle)
        correct = torch.zeros((), device=self.device.handle, dtype=torch.int64)
        seen, own, reported, rate = 0, 0, time.perf_counter(), 0.0
        for inputs, labels in batches:
            rate = learning_rate(recipe, number - 1 + seen / images, self.history)
            set_learning_rate(optimizer, rate)
            batch = min(recipe.batch_size, images - seen)  # of all processes together
            loss, logits = self.step(inputs, labels, optimizer, batch)
            if self.replicas.counts(batch):
                # Sums stay on the device: reading them here would make every step wait for the device.
                loss_sum += loss * len(labels)
                correct += (logits.argmax(1) == labels).sum()
                own += len(labels)
            seen += batch
            if self.slow is not None:
                steps = (number - 1) * self.steps_per_epoch + math.ceil(seen / recipe.batch_size)
                self.slow.after_step(steps, (number - 1 + seen / images) / recipe.epochs)
            if self.replicas.leading and time.perf_counter() - reported > SECONDS_BETWEEN_REPORTS:
                reported = time.perf_counter()
                running = loss_sum.item() / own
                _refuse_divergence("training", running, number)  # nothing mends it; the epoch may be long
                report({"kind": "step", "epoch": number, "seen": seen, "images": images,
                        "loss": running, "accuracy": correct.item() / own})  # fmt: skip
        self.replicas.add_up(loss_sum, correct)
        return loss_sum.item() / seen, correct.item() / seen, rate

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
        torch.compiler.cudagraph_mark_step_begin()
        with self.mark(FORWARD), self.device.autocast():
            logits = self.shared(inputs, whole=self.replicas.share.repeats(together), complete=complete)
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

    def _state(self, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
        """All that the next epoch depends on; data order and augmentation follow from seed and epoch."""
        return {
            "trial": self.trial.model_dump(mode="json"),
            "initial": None if self.initial is None else self.initial.model_dump(),
            "resumed": self.resumed,
            "evaluation_seconds": self.evaluation_seconds,
            "history": [epoch.model_dump() for epoch in self.history],
            "processes": self.processes,
            "model": self.model.state_dict(),
            "optimizer": optimizer.state_dict(),
            **({} if self.slow is None else {"slow": self.slow.state()}),
        }

    def _start(self, path: Path, optimizer: torch.optim.Optimizer, report: Report) -> None:
        """From this trial's checkpoint where there is one, else as the recipe says."""
        state = checkpoint.load(path, self.trial.id, lambda text: report({"kind": "notice", "text": text}))
        if state is not None:
            self._resume(state, optimizer)
        else:
            self._begin(optimizer)

    def _agree(self, optimizer: torch.optim.Optimizer) -> None:
        """All processes take over where the first one starts from: it alone has read any files."""
        state = self.replicas.agree(self._state(optimizer))
        if not self.replicas.leading:
            self.model.load_state_dict(state["model"])
            self._continue(state, optimizer)

    def _begin(self, optimizer: torch.optim.Optimizer) -> None:
        """From a checkpoint of another trial, or from the seed, after a look at the images where wanted."""
        if self.origin is None:
            self.initial = initial.fit(self.model, self.train, self.pipeline, self.device)
            return
        state, self.initial = initial.load(self.trial, self.origin)
        initial.load_weights(self.model, state["model"], self.origin)
        if self.initial.keep == "training":
            self._continue(state, optimizer)

    def _resume(self, state: dict[str, Any], optimizer: torch.optim.Optimizer) -> None:
        """After an interruption of this very trial."""
        self.model.load_state_dict(state["model"])
        self._continue(state, optimizer)
        self.resumed = state["resumed"] + 1
        facts = state.get("initial")
        self.initial = None if facts is None else InitialFacts.model_validate(facts)

    def _continue(self, state: dict[str, Any], optimizer: torch.optim.Optimizer) -> None:
        """Take over what the next epoch depends on besides the weights."""
        # Rates, momenta and penalties are the recipe's; the state holds moments only.
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": state["optimizer"]["state"], "param_groups": groups})
        if self.trial.recipe.lookahead:
            self.slow = SlowWeights(self.model, self.trial.recipe.lookahead, state.get("slow"))
        self.history = [EpochFacts.model_validate(epoch) for epoch in state["history"]]
        self.evaluation_seconds = state["evaluation_seconds"]
        self.processes = list(state.get("processes", [1] * len(self.history)))

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


def _refuse_divergence(kind: str, loss: float, epoch: int) -> None:
    """Stop where the weights are lost; after the last update of an epoch only an evaluation shows it."""
    if not math.isfinite(loss):
        raise DivergedError(f"{kind} loss is {loss} in epoch {epoch}")
