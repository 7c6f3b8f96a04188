"""What every contender does alike: one network, one dataset, one optimiser, one batch size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.plan import Trial
from bench.spec import Adam, Constant, Crop, Dataset, Execution, Flip, Recipe

ARGUMENTS: dict[str, dict[str, Any]] = {"resnet18": {"stem": "cifar"}}
"""Arguments of a network's constructor, where the defaults are meant for larger images."""

UNAUGMENTED = ("plain_cnn", "shared_resnet")
"""Networks whose published recipe augments nothing; the others get the usual padded crop and flip."""

BATCH_SIZE = 128
LEARNING_RATE = 5e-4
BETAS = (0.9, 0.95)
"""AdamW without decay, which is Adam: the one optimiser that all three peers offer. The rate is constant."""
PADDING = 4
"""Pixels of zeros around an image before it is cropped."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One contender's task; its fields travel to a process as JSON."""

    network: str
    dataset: str = "cifar10"
    data_root: str | None = None
    limit: int | None = None
    """At most this many training and test images."""
    seed: int = 0
    epochs: int | None = None
    """Train so many and evaluate; without it, train until the stopwatch says that it is enough."""
    seconds: float = 15.0
    """Seconds of training that are timed, when `epochs` is not given."""
    warm_up: float = 5.0
    """Seconds of training before them that are not."""
    workers: int = 2
    """Worker processes of a peer's DataLoader."""
    threads: int = 2
    """CPU threads of the training process."""
    amp: bool = False
    """Whether torchvision's and timm's loops run under bfloat16 autocast, as their `--amp` does."""

    @property
    def augmented(self) -> bool:
        """Whether training images are cropped and flipped at random."""
        return self.network not in UNAUGMENTED

    @property
    def arguments(self) -> dict[str, Any]:
        """Arguments of the network's constructor."""
        return ARGUMENTS.get(self.network, {})

    def loader_options(self, *, pin_memory: bool) -> dict[str, Any]:
        """What the peers' DataLoaders have in common; page-locked memory is for copies to a GPU."""
        return {"batch_size": BATCH_SIZE, "num_workers": self.workers, "pin_memory": pin_memory}

    def data(self) -> Dataset:
        """The dataset: all training images are trained on, scaled to [-1, 1]."""
        return Dataset(name=self.dataset, validation="test", normalize="symmetric", limit=self.limit)

    def trial(self) -> Trial:
        """The same task as a trial of this suite."""
        augment = (Crop(name="crop", padding=PADDING, mode="zero"), Flip(name="hflip"))
        return Trial(
            label=self.network,
            architecture=self.network,
            args=self.arguments,
            dataset=self.data(),
            recipe=Recipe(
                epochs=self.epochs or 100_000,  # the stopwatch ends it long before
                batch_size=BATCH_SIZE,
                optimizer=Adam(name="adamw", lr=LEARNING_RATE, betas=BETAS),
                schedule=Constant(name="constant"),
                augment=augment if self.augmented else (),
                seeds=(self.seed,),
            ),
            execution=Execution(threads=self.threads),
        )
