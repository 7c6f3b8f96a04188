"""What is measured besides accuracy, params and MACs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from bench.spec.model import AlsoAccepts, Model, Positive

SWITCHES = frozenset({"throughput", "largest_batch", "loss_landscape"})
"""Tables for which `true` stands for all defaults, and `false` for none."""


class Throughput(Model):
    """Images per second at stated batch sizes and modes."""

    batch_sizes: Annotated[tuple[Positive, ...], Field(min_length=1)] = (1, 128)
    """Batch sizes to measure."""
    modes: Annotated[tuple[Literal["train", "inference"], ...], Field(min_length=1)] = ("train", "inference")
    """"train": forward, backward and optimiser; "inference": forward only."""
    seconds: Annotated[float, Field(gt=0)] = 1.0
    """Measuring time for each combination, after warm-up."""
    latency: bool = True
    """Time single images in inference, call by call: the 50th, 95th and 99th percentile."""
    phases: bool = True
    """Split a training step on real batches into data, forward, backward and optimiser."""
    peaks: bool = True
    """Measure the device's own peaks once per run: FLOP/s of matrix products, for MFU, and bytes/s."""


class Convergence(Model):
    """Cost to a target accuracy."""

    targets: tuple[Annotated[float, Field(gt=0, le=1)], ...] = ()
    """Accuracies, as fractions. A trial that never reaches one is censored, not dropped."""

    @field_validator("targets")
    @classmethod
    def _each_once(cls, targets: tuple[float, ...]) -> tuple[float, ...]:
        repeated = next((one for one in targets if targets.count(one) > 1), None)
        if repeated is not None:
            raise ValueError(f"{repeated:g} stands there twice, and each seed would count twice")
        return targets


class LossLandscape(Model):
    """A slice of the loss along filter-normalised random directions (Li et al. 2018)."""

    dimensions: Literal[1, 2] = 1
    """A line, or a plane of `points` squared places."""
    points: Annotated[int, Field(ge=3, le=201)] = 21
    """Places along each direction; an odd number has the trained weights among them."""
    span: Annotated[float, Field(gt=0)] = 1.0
    """How far the slice reaches to each side, in units of the filters' own norms."""
    images: Positive = 1000
    """Training images on which the loss is taken, each class in proportion."""


class LargestBatch(Model):
    """The search for the largest batch that fits; each try is a process of its own."""

    modes: Annotated[tuple[Literal["train", "inference"], ...], Field(min_length=1)] = ("train",)
    """"train": forward, backward and optimiser; "inference": forward only."""
    limit: Positive = 1024
    """Largest batch size that is tried; where it fits, the answer reads "at least"."""
    memory_gib: Annotated[float, Field(gt=0)] | None = None
    """GiB that a try may take. Default: 80 % of what is free on the device when the search starts."""


class Measure(Model):
    """What is measured besides accuracy, params and MACs."""

    throughput: Annotated[Throughput | None, AlsoAccepts("boolean")] = Throughput()
    """Speed of training and inference, once per architecture. `false` switches it off."""
    memory: bool = True
    """Peak memory of training and inference at the recipe's batch size, once per architecture, in processes
    of their own. A trial that is finished is not run again for it; `--fresh` does."""
    largest_batch: Annotated[LargestBatch | None, AlsoAccepts("boolean")] = None
    """The largest batch that fits, once per architecture. `true` takes the defaults of its keys."""
    convergence: Convergence = Convergence()
    """Targets of the convergence table."""
    gradient_flow: bool = False
    """Why a network learns or does not: gradient norms and gradient/weight ratios per layer, activation
    statistics and dead units, at initialisation and after each epoch; and the gradient signal of the first
    100 steps."""
    loss_landscape: Annotated[LossLandscape | None, AlsoAccepts("boolean")] = None
    """A slice of the loss around the trained weights, once per architecture. `true` takes the defaults."""
    profile: bool = False
    """A torch.profiler trace of a few training steps for TensorBoard, and tables of what phases, operators
    and layers take of a step; once per architecture."""

    examples: Annotated[int, Field(ge=0, le=24)] = 4
    """Test images to keep in the run directory for the report: so many that each network is most confidently
    wrong about, and for each pair so many that one gets right and the other wrong, both ways; 0 keeps none.
    All seeds vote. Images of more than 64 pixels are shrunk; what exceeds 100 kB is left out."""

    @model_validator(mode="before")
    @classmethod
    def _switches(cls, data: Any) -> Any:
        """Let `true` stand for a table of defaults, and `false` for none."""
        if not isinstance(data, dict):
            return data
        switched = {key: value for key, value in data.items() if key in SWITCHES and isinstance(value, bool)}
        return {**data, **{key: {} if value else None for key, value in switched.items()}}
