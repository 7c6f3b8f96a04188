"""Where and how the trials run."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator

from bench.spec.model import Bytes, Model, Positive
from bench.spec.resources import RayCluster, Resources

DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d{1,4})?")


class Execution(Model):
    """Where and how the trials run."""

    device: str = "auto"
    """"auto" (CUDA, then MPS, then CPU), "cpu", "cuda", "cuda:1", "mps"."""
    precision: Literal["auto", "float32", "tf32", "bfloat16"] = "auto"
    """"auto": bfloat16 autocast where the hardware multiplies it natively, else float32; "tf32": float32 with
    products rounded to 10 bits of mantissa, on CUDA."""
    memory_format: Literal["auto", "channels_last", "contiguous"] = "channels_last"
    """Layout of convolution tensors; "auto" times a few training steps in both for each network, keeps the
    faster, and records both. With `recipe.deterministic`, "auto" is "channels_last"."""
    compile: Literal["off", "on", "auto"] = "off"
    """torch.compile; "auto" times a few training steps eager, compiled and, on CUDA, with CUDA graphs, keeps
    the fastest, and records all timings. With `recipe.deterministic`, "auto" is "off", too."""
    convolutions: Literal["auto", "torch"] = "auto"
    """How convolutions are computed. "auto": in bfloat16 on a CPU with units for its matrices (AMX), those of
    few pixels with the images of a batch side by side, which is faster there, and all others as torch does;
    elsewhere, and with "torch", all as torch does. The two differ in rounding alone."""
    engine: Literal["local", "ray"] = "local"
    """Who runs the trials: worker processes of this machine, or a Ray cluster (the extra `ray`)."""
    resources: Resources = Resources()
    """What Ray reserves for each trial."""
    ray: RayCluster = RayCluster()
    """Which Ray cluster, and how it is used."""
    threads: Positive | None = None
    """CPU threads of the worker. Default: every core this process may use; under torchrun, its share."""
    batch_norm: Literal["synchronised", "per_process"] = "synchronised"
    """Under torchrun: "synchronised" takes the statistics of batch norm over the whole batch, so that it is
    the training of one process; "per_process" over the share of each process, which is faster, and another
    experiment for each number of processes. Alone, it changes nothing."""
    time_limit: Annotated[float, Field(gt=0)] | None = None
    """Seconds after which a trial is stopped and recorded as failed."""
    memory_budget: Bytes | None = None
    """Bytes that images may occupy, in memory or on the accelerator: a number, or text like "2 GiB" or
    "200 MB". Images that do not fit are streamed from the cache on disk. Default: half of what is free when
    a trial starts. What a batch holds does not depend on it."""
    loggers: tuple[Literal["tensorboard", "mlflow", "wandb"], ...] = ("tensorboard",)
    """Tools that are told of every epoch: "tensorboard" (an event file in each trial's folder), "mlflow" (the
    server that $MLFLOW_TRACKING_URI names, else `mlflow.db` in the run directory), "wandb" (as WANDB_MODE
    says; without a key offline, into the trial's folder). The last two are extras. One that fails is
    reported once and costs no trial."""

    @field_validator("device")
    @classmethod
    def _is_a_device(cls, name: str) -> str:
        """Whether a machine has it is another question."""
        if not DEVICE.fullmatch(name):
            raise ValueError('expected "auto", "cpu", "cuda", "cuda:1" or "mps"')
        return name
