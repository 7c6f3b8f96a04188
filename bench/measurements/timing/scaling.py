"""What several processes gain over one: training steps together and alone, measured in turns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import nn
from typing_extensions import override

from bench.measurements.parallel import ALONE, Replicas
from bench.measurements.timing.compilation import unchanged
from bench.measurements.timing.steps import Step, TrainingParts, Workload, seconds_of, standing_optimizer
from bench.measurements.timing.throughput import BLOCKS, FEWEST_VISITS, MOST_VISITS, WARM_UP, Setting
from bench.measurements.training.loop import Training
from bench.records import ScalingFacts

FIRST_STEPS = 3
"""Allocate, agree on buckets of gradients, and let the devices settle."""


def measure(training: Training, workload: Workload, seconds: float) -> ScalingFacts | None:
    """Time the steps of all processes together, and those of the first alone; weights are as before.

    Every process calls this at the same time; the first one gets the facts.

    Args:
        training: Of this process, while they are still together.
        workload: A step of this process by itself.
        seconds: Measuring time for each of three settings.
    """
    replicas = training.replicas
    batch = training.trial.recipe.batch_size
    together = Together(
        replace(workload, model=_AtShare(training.shared)), "train", batch, seconds,
        replicas=replicas, own_model=training.model,
    )  # fmt: skip
    alone = [Setting(workload, "train", size, seconds) for size in (replicas.share.of(batch), batch)]
    left = list(alone) if replicas.leading else []
    with unchanged(training.model):
        for visit in range(MOST_VISITS):
            if visit < together.wanted_visits:
                replicas.wait()
                together.visit()
                replicas.wait()
            left = [setting for setting in left if visit >= setting.wanted_visits or _visited(setting)]
        replicas.wait()
    together.watch.companions(replicas)
    if not replicas.leading or alone[0] not in left:
        return None
    return ScalingFacts(
        together=together.facts(),
        one_at_share=alone[0].facts(),
        one_at_batch=alone[1].facts() if alone[1] in left else None,
    )


def _visited(setting: Setting) -> bool:
    """Whether it fits into memory."""
    try:
        setting.visit()
    except torch.OutOfMemoryError:
        return False
    return True


@dataclass(eq=False)
class Together(Setting):
    """A setting that all processes visit at once, so that they agree on how often; its batch is the whole."""

    replicas: Replicas = ALONE
    own_model: nn.Module | None = None
    """The network whose parameters are moved."""

    @override
    def visit(self) -> None:
        step, share = self._step(), self.seconds / MOST_VISITS
        if self.visits:
            seconds_of(step, 1, self.workload.device)
        else:
            seconds_of(step, FIRST_STEPS, self.workload.device)
            estimate = seconds_of(step, FIRST_STEPS, self.workload.device) / FIRST_STEPS
            steps = max(1, round(share * (1 - WARM_UP) / BLOCKS / estimate))
            visits = MOST_VISITS if estimate < share else FEWEST_VISITS
            self.steps, self.wanted_visits = self.replicas.agree([steps, visits])
        blocks = BLOCKS if self.wanted_visits == MOST_VISITS else 1
        with self.watch:
            self.visits.append(
                [seconds_of(step, self.steps, self.workload.device) / self.steps for _ in range(blocks)]
            )

    def _step(self) -> Step:
        assert self.own_model is not None
        workload, own = self.workload, self.replicas.share.of(self.batch_size)
        device = workload.device.handle
        inputs = torch.rand(own, *workload.shape, device=device)
        inputs = inputs.contiguous(memory_format=workload.device.memory_format)
        labels = torch.randint(workload.classes, (own,), device=device)
        workload.model.train()
        parts = TrainingParts(workload, standing_optimizer(self.own_model, workload.recipe, device))

        def train() -> None:
            parts.backward(parts.forward(inputs, labels))
            parts.update()

        return train


class _AtShare(nn.Module):
    """A network in training together, called as one by itself; its batches are complete."""

    def __init__(self, shared: nn.Module) -> None:
        super().__init__()
        self.shared = shared

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.shared(inputs, whole=False, complete=True)
        return logits
