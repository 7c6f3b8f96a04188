"""What is measured besides accuracy, params and MACs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from bench.spec.model import Model, Positive


class Throughput(Model):
    """Images per second at stated batch sizes and modes."""

    batch_sizes: Annotated[tuple[Positive, ...], Field(min_length=1)] = (1, 128)
    """Batch sizes to measure."""
    modes: Annotated[tuple[Literal["train", "inference"], ...], Field(min_length=1)] = ("train", "inference")
    """"train": forward, backward and optimiser; "inference": forward only."""
    seconds: Annotated[float, Field(gt=0)] = 1.0
    """Measuring time for each combination, after warm-up."""


class Convergence(Model):
    """Cost to a target accuracy."""

    targets: tuple[Annotated[float, Field(gt=0, le=1)], ...] = ()
    """Accuracies, as fractions. A trial that never reaches one is censored, not dropped."""


class Measure(Model):
    """What is measured besides accuracy, params and MACs."""

    throughput: Throughput | None = Throughput()
    """Speed of training and inference, once per architecture. `false` switches it off."""
    convergence: Convergence = Convergence()
    """Targets of the convergence table."""
    gradient_flow: bool = False
    """L2 norm of the gradient and gradient/weight ratio per layer, at initialisation and after each epoch."""
    profile: bool = False
    """A torch.profiler trace of a few training steps, once per architecture."""

    @model_validator(mode="before")
    @classmethod
    def _throughput_switch(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("throughput"), bool):
            data = {**data, "throughput": {} if data["throughput"] else None}
        return data
