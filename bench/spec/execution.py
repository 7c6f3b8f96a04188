"""Where and how the trials run."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bench.spec.model import Model, Positive


class Execution(Model):
    """Where and how the trials run."""

    device: str = "auto"
    """"auto" (CUDA, then MPS, then CPU), "cpu", "cuda", "cuda:1", "mps"."""
    precision: Literal["auto", "float32", "tf32", "bfloat16"] = "auto"
    """"auto": bfloat16 autocast where the hardware multiplies it natively, else float32; "tf32": float32 with
    products rounded to 10 bits of mantissa, on CUDA."""
    memory_format: Literal["channels_last", "contiguous"] = "channels_last"
    """Layout of convolution tensors."""
    compile: Literal["off", "on", "auto"] = "off"
    """torch.compile; "auto" times a few training steps eager, compiled and, on CUDA, with CUDA graphs, keeps
    the fastest, and records all timings. With `recipe.deterministic`, "auto" is "off", too."""
    engine: Literal["local"] = "local"
    """Who runs the trials: a worker process of this machine."""
    threads: Positive | None = None
    """CPU threads of the worker. Default: every core this process may use."""
    time_limit: Annotated[float, Field(gt=0)] | None = None
    """Seconds after which a trial is stopped and recorded as failed."""
