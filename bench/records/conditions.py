"""Under which conditions a trial ran: choices and data."""

from __future__ import annotations

from typing import Literal

from bench.records.numbers import Amount, Count, Positive
from bench.spec import Model

Variant = Literal["eager", "compiled", "compiled with CUDA graphs"]


Layout = Literal["channels_last", "contiguous"]


class Decisions(Model):
    """What was decided by measuring; a continued trial keeps to it, since it can move a last digit."""

    memory_format: Layout = "channels_last"
    """Layout of convolution tensors."""
    memory_format_trial: dict[Layout, float] | None = None
    """With `memory_format = "auto"`: median seconds per step in each layout, which decided it."""
    compile_variant: Variant = "eager"
    """How training steps are run: as written, through torch.compile, or that with CUDA graphs."""
    compile_trial: dict[Variant, float] | None = None
    """With `compile = "auto"`: median seconds per step of each variant, which decided it."""
    compile_spread: dict[Variant, float] = {}
    """Slowest minus fastest block of each variant, relative to its median."""
    compile_seconds: dict[Variant, float] = {}
    """Seconds until each variant had run its first steps; not part of any training time."""
    compile_failures: dict[Variant, str] = {}
    """Variants that could not be run, and why."""
    evaluation_batch_size: Positive | None = None
    """Images per forward pass of an evaluation; moves no accuracy, since images do not see each other."""
    evaluation_trial: dict[str, float] = {}
    """Seconds per image by batch size, which decided it."""


class Choices(Decisions):
    """What "auto" became, and every other choice that can move a number."""

    device: str
    """For example "cpu" or "cuda:0"."""
    device_name: str
    """The hardware's own name."""
    precision: Literal["float32", "tf32", "bfloat16"]
    """Arithmetic of convolutions and matrix products; weights stay in float32."""
    compile: bool
    """Whether torch.compile was used."""
    threads: Positive
    """CPU threads."""
    exclusive: bool | None = None
    """Whether no other trial of the run used the device at the same time; None: an earlier version's."""
    side_by_side: bool = False
    """Whether convolutions of few pixels had the images of a batch beside each other."""
    products: bool = False
    """Whether they were computed as products of matrices; an earlier version's."""

    @property
    def convolutions(self) -> str:
        """How they were computed, in words; records of earlier versions say nothing, as there was one way."""
        if self.side_by_side:
            return "those of few pixels with images side by side"
        return "those of few pixels as products of matrices" if self.products else "as torch computes them"


class DataFacts(Model):
    """The data a trial saw."""

    name: str
    """Catalogue name, or the path of a folder or parquet dataset."""
    fingerprint: str
    """SHA-256 of the decoded images and labels, 16 hex digits."""
    layout: str
    """Which layout it was read from, for example "parquet" or "torchvision"."""
    train_images: Positive
    """Images trained on."""
    validation_images: Count
    """Images held out; 0 when the test set is used for validation."""
    test_images: Count
    """Images of the test set."""
    classes: tuple[str, ...]
    """Class names, in label order."""
    image_shape: tuple[int, int, int]
    """C, H, W of the network's input."""
    validated_on_test: bool
    """Whether "validation" numbers come from the test set."""
    reencoded: bool
    """Whether the images are a lossy copy of the originals, so that published figures are not comparable."""
    residency: Literal["memory", "device", "streamed"] = "memory"
    """Where images were kept: in main memory, on the accelerator, or on disk, read ahead of each step."""
    note: str = ""
    """What a reader must know about these data."""
    pixel_scale: tuple[float, ...] = ()
    """Per channel: the network sees `pixel * pixel_scale + pixel_shift` of pixels in [0, 1]; empty in earlier
    records."""
    pixel_shift: tuple[float, ...] = ()


class InitialFacts(Model):
    """Where initial weights came from, when not from the seed alone."""

    fitted_images: Count = 0
    """Training images from which the network set a layer before its first step; 0: none did."""
    fitting_seconds: Amount = 0.0
    """How long that took; part of the first epoch's seconds."""
    checkpoint_sha256: str | None = None
    """Digest of the checkpoint that was started from; none: there was no checkpoint."""
    trial_id: str = ""
    """The trial that wrote it."""
    label: str = ""
    """The label of that trial."""
    epochs: Count = 0
    """Epochs it had trained for."""
    keep: Literal["weights", "training"] = "weights"
    """Whether those epochs are part of this trial's history ("training")."""
    validation_seen: bool = False
    """Whether the earlier training may have learned from images that this trial holds out."""
