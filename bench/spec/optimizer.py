"""Optimisers and their settings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bench.spec.model import Fraction, Model, named

Betas = tuple[Fraction, Fraction]


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


Optimizer = Annotated[Adam | SGD, Field(discriminator="name"), named("adamw")]
