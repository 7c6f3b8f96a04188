"""The suite: frozen, strict models of everything a user may write, each key documented right below itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class Model(BaseModel):
    """Base of every record and specification: frozen, no unknown keys, docstrings become the JSON Schema."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        protected_namespaces=(),
    )


Positive = Annotated[int, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Betas = tuple[Fraction, Fraction]
Label = Annotated[str, Field(min_length=1, max_length=200)]


def _named(default: str | None = None) -> BeforeValidator:
    """Let `"cosine"` stand for `{ name = "cosine" }`, and a table without a name for the default one."""

    def complete(value: object) -> object:
        if isinstance(value, str):
            return {"name": value}
        return {"name": default, **value} if default and isinstance(value, dict) else value

    return BeforeValidator(complete)


# --- dataset ---


class Dataset(Model):
    """What is learned, and how it is split."""

    name: str = "digits"
    """A name from `bench list datasets`, or "folder" or "parquet" together with `path`."""
    path: str | None = None
    """Folder of a "folder" or "parquet" dataset, relative to the data root."""
    image_size: Positive | None = None
    """Side of the square input in pixels; images are resized to it. Default: the dataset's own size."""
    channels: Literal[1, 3] | None = None
    """Input channels; grey images are repeated, colour images averaged. Default: the dataset's own."""
    validation: Annotated[float, Field(gt=0, lt=1)] | Literal["test"] = 0.1
    """Fraction of the training set held out, stratified by class; or "test", and every number says so."""
    limit: Positive | None = None
    """Keep at most this many training images and as many test images, stratified; for trying things out."""
    normalize: Literal["standard", "symmetric", "unit"] = "standard"
    """"standard": zero mean, unit variance per channel; "symmetric": [-1, 1]; "unit": [0, 1]."""


# --- recipe ---


class Adam(Model):
    """Adam, or AdamW with decoupled weight decay."""

    name: Literal["adam", "adamw"] = "adamw"
    """Adam (Kingma & Ba 2015) or AdamW (Loshchilov & Hutter 2019)."""
    lr: Annotated[float, Field(gt=0)] = 1e-3
    """Peak learning rate."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of the first and second moment."""
    eps: Annotated[float, Field(gt=0)] = 1e-8
    """Added to the denominator."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    """L2 penalty (adam) or decoupled decay (adamw)."""


class SGD(Model):
    """Stochastic gradient descent."""

    name: Literal["sgd"]
    """SGD with momentum."""
    lr: Annotated[float, Field(gt=0)] = 0.1
    """Peak learning rate."""
    momentum: Fraction = 0.9
    """Momentum; 0 switches it off."""
    nesterov: bool = True
    """Nesterov's look-ahead; needs momentum."""
    weight_decay: Annotated[float, Field(ge=0)] = 5e-4
    """L2 penalty."""

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> SGD:
        if self.nesterov and self.momentum == 0:
            msg = "nesterov = true needs momentum > 0; set nesterov = false"
            raise ValueError(msg)
        return self


Optimizer = Annotated[Adam | SGD, Field(discriminator="name"), _named("adamw")]


class Constant(Model):
    """The learning rate stays where it is."""

    name: Literal["constant"]
    """No schedule."""


class Step(Model):
    """Multiply by `gamma` at every milestone (He et al. 2015, section 4.2)."""

    name: Literal["step"]
    """Step decay."""
    milestones: tuple[Positive, ...]
    """Epochs after which the learning rate is multiplied."""
    gamma: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """The factor."""


class Cosine(Model):
    """Cosine annealing (Loshchilov & Hutter 2017), per step, after a linear warm-up."""

    name: Literal["cosine"] = "cosine"
    """Cosine annealing."""
    warmup_epochs: Annotated[float, Field(ge=0)] = 0.0
    """Linear warm-up, in epochs."""
    min_lr: Annotated[float, Field(ge=0)] = 0.0
    """Learning rate at the end."""


class OneCycle(Model):
    """One cycle (Smith & Topin 2018), per step: up linearly, down linearly."""

    name: Literal["onecycle"]
    """One cycle."""
    peak: Annotated[float, Field(gt=0, lt=1)] = 0.25
    """Fraction of all steps at which the learning rate peaks."""
    start: Annotated[float, Field(ge=0, le=1)] = 0.04
    """Learning rate at the first step, as a fraction of the peak."""
    end: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Learning rate after the last step, as a fraction of the peak."""


class Plateau(Model):
    """Multiply by `factor` when validation accuracy has not improved for `patience` epochs."""

    name: Literal["plateau"]
    """Reduce on plateau."""
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """The factor."""
    patience: Annotated[int, Field(ge=0)] = 5
    """Epochs without improvement that are tolerated."""
    min_lr: Annotated[float, Field(ge=0)] = 0.0
    """Never below this."""


Schedule = Annotated[
    Constant | Step | Cosine | OneCycle | Plateau, Field(discriminator="name"), _named("cosine")
]


class Crop(Model):
    """Pad by `padding` on each side, then cut a random window of the original size."""

    name: Literal["crop"]
    """Random crop."""
    padding: Positive = 4
    """Pixels of padding on each side."""
    mode: Literal["zero", "reflect"] = "reflect"
    """What the padding holds."""


class Flip(Model):
    """Mirror each image with probability `p`."""

    name: Literal["hflip", "vflip"]
    """Horizontally (left-right) or vertically (top-bottom)."""
    p: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Probability per image."""


class Rotation(Model):
    """Rotate each image by an angle drawn uniformly from [-degrees, degrees], bilinear, zero fill."""

    name: Literal["rotation"]
    """Random rotation."""
    degrees: Annotated[float, Field(gt=0, le=180)] = 15.0
    """Largest angle."""


class ColorJitter(Model):
    """Scale brightness, contrast and saturation of each image by factors drawn from [1 - x, 1 + x]."""

    name: Literal["color_jitter"]
    """Random colour jitter."""
    brightness: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Half-width of the brightness factor."""
    contrast: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Half-width of the contrast factor."""
    saturation: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Half-width of the saturation factor."""


class Cutout(Model):
    """Zero a square of each image at a random place (DeVries & Taylor 2017)."""

    name: Literal["cutout"]
    """Cutout."""
    size: Positive = 8
    """Side of the square in pixels."""


Augment = Annotated[Crop | Flip | Rotation | ColorJitter | Cutout, Field(discriminator="name"), _named()]


class Recipe(Model):
    """How each network is trained."""

    epochs: Positive = 20
    """Passes over the training set."""
    batch_size: Positive = 128
    """Images per optimiser step; the incomplete last batch of an epoch is trained on, too."""
    optimizer: Optimizer = Adam()
    """The optimiser and its settings."""
    schedule: Schedule = Cosine()
    """How the learning rate moves; a name alone takes the schedule's defaults."""
    augment: tuple[Augment, ...] = ()
    """Augmentations of training images, applied in this order, with a draw of their own for each image."""
    label_smoothing: Fraction = 0.0
    """Label smoothing of the training loss (Szegedy et al. 2016). Reported losses are unsmoothed."""
    seeds: Annotated[tuple[Annotated[int, Field(ge=0, lt=2**31)], ...], Field(min_length=1)] = (0, 1, 2)
    """One trial per seed; seeds set initial weights, data order, augmentation and the validation split."""
    deterministic: bool = False
    """Deterministic algorithms only: the same bits on the same machine, at some cost in speed."""

    @model_validator(mode="after")
    def _seeds_differ(self) -> Recipe:
        if len(set(self.seeds)) != len(self.seeds):
            msg = f"seeds must differ, got {list(self.seeds)}"
            raise ValueError(msg)
        return self


# --- execution and measurements ---


class Execution(Model):
    """Where and how the trials run."""

    device: str = "auto"
    """"auto" (CUDA, then MPS, then CPU), "cpu", "cuda", "cuda:1", "mps"."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """"auto": bfloat16 autocast where the hardware multiplies it natively, else float32."""
    memory_format: Literal["channels_last", "contiguous"] = "channels_last"
    """Layout of convolution tensors."""
    compile: Literal["off", "on", "auto"] = "off"
    """torch.compile; "auto" times a few steps of each and keeps the faster, and records both."""
    engine: Literal["local"] = "local"
    """Who runs the trials: a worker process of this machine."""
    threads: Positive | None = None
    """CPU threads of the worker. Default: every core this process may use."""
    time_limit: Annotated[float, Field(gt=0)] | None = None
    """Seconds after which a trial is stopped and recorded as failed."""


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


class Architecture(Model):
    """One row of the comparison."""

    label: Label
    """Name in tables and figures; unique within the suite."""
    name: str
    """A name from `bench list architectures`, `torchvision:NAME`, `timm:NAME` or `module:function`."""
    args: dict[str, Any] = {}
    """Arguments of the constructor."""
    recipe: dict[str, Any] = {}
    """Recipe keys that differ for this architecture. A table merges key by key unless its `name` changes."""


class Protocol(Model):
    """The conditions of a published figure; only the stated ones are compared."""

    dataset: str | None = None
    """Dataset on which the figure was published."""
    image_size: Positive | None = None
    """Input side in pixels."""
    epochs: Positive | None = None
    """Epochs of training."""
    precision: Literal["float32", "bfloat16", "float16", "tf32"] | None = None
    """Arithmetic, for claims about speed."""
    device: str | None = None
    """Hardware, for claims about speed."""
    original_images: bool = True
    """Published on the original image files, not on a re-encoded copy."""


class Claim(Model):
    """A published figure, checked against what was measured."""

    architecture: str
    """Label of the architecture it is about."""
    metric: Literal[
        "test_accuracy", "test_loss", "train_accuracy", "validation_accuracy", "params", "params_body",
        "macs", "train_images_per_second",
    ]  # fmt: skip
    """A column of the summary table; accuracies are those of the last epoch."""
    value: float
    """The published figure, in the metric's unit: fractions for accuracies, elements for params."""
    tolerance: Annotated[float, Field(ge=0)] = 0.0
    """Half-width of the band around `value` that still counts as reproduced, in the same unit."""
    source: str = ""
    """Where the figure was published, and under which protocol."""
    protocol: Protocol = Protocol()
    """Conditions that must hold for the figure to be comparable."""


class Suite(Model):
    """Everything one comparison consists of."""

    title: Annotated[str, Field(max_length=500)] = "Untitled suite"
    """Heading of the report."""
    description: str = ""
    """A paragraph for the report: the question this suite asks."""
    dataset: Dataset = Dataset()
    """What is learned."""
    recipe: Recipe = Recipe()
    """How each network is trained."""
    execution: Execution = Execution()
    """Where and how the trials run."""
    measure: Measure = Measure()
    """What is measured."""
    architectures: Annotated[tuple[Architecture, ...], Field(min_length=1)]
    """The networks that are compared."""
    claims: tuple[Claim, ...] = ()
    """Published figures to check."""
    tolerance: dict[Literal["params", "macs", "activations"], Annotated[float, Field(ge=0)]] = {}
    """Relative change that `bench check` accepts, per metric. Default: none, counts are exact."""

    def recipe_of(self, architecture: Architecture) -> Recipe:
        """The suite's recipe with the architecture's own keys merged in.

        Raises:
            pydantic.ValidationError: The merged recipe is not valid.
        """
        base = self.recipe.model_dump(exclude_unset=True)
        return Recipe.model_validate(tuples(merge(base, architecture.recipe)), strict=True)


def merge(base: dict[str, Any], override: dict[str, Any]) -> dict[str, Any]:
    """Merge `override` into `base`, table by table; a table whose `name` changes is replaced."""
    merged = dict(base)
    for key, value in override.items():
        old = merged.get(key)
        if (
            isinstance(value, dict)
            and isinstance(old, dict)
            and value.get("name", old.get("name")) == old.get("name")
        ):
            merged[key] = merge(old, value)
        else:
            merged[key] = value
    return merged


def tuples(value: Any) -> Any:
    """Turn the lists of a TOML document into tuples, which strict frozen models ask for."""
    if isinstance(value, dict):
        return {key: tuples(item) for key, item in value.items()}
    return tuple(map(tuples, value)) if isinstance(value, list | tuple) else value
