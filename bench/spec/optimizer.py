"""Optimisers and their settings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bench.spec.model import Fraction, Model, named

Betas = tuple[Fraction, Fraction]


class OptimizerSettings(Model):
    """What every optimiser has."""

    decay_norm_and_bias: bool = True
    """Whether weight decay also shrinks biases and the weights of normalisation layers. Decaying neither
    (Goyal et al. 2017, He et al. 2019 "Bag of tricks") leaves it to convolutions, linear layers and what else
    has two dimensions or more, such as embeddings of positions."""
    norm_bias_lr_scale: Annotated[float, Field(gt=0)] = 1.0
    """Learning rate of the biases of normalisation layers, relative to `lr`. Their weight decay is divided
    by it, so that a step decays them as much as everything else (airbench, Jordan 2024: 64)."""


class Adam(OptimizerSettings):
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


class SGD(OptimizerSettings):
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


class Muon(OptimizerSettings):
    """Orthogonalised momentum for the filters, Nesterov SGD for everything else (Jordan et al. 2024).

    Filters are the trained weights of convolutions and of linear layers before the classifier head; each is
    kept at the norm sqrt(filters), so that weight decay has no part in them.
    """

    name: Literal["muon"]
    """Muon."""
    lr: Annotated[float, Field(gt=0)] = 0.24
    """Peak learning rate of the filters; a step turns each of them by about this much."""
    momentum: Fraction = 0.6
    """Nesterov momentum of the filters."""
    newton_schulz_steps: Annotated[int, Field(ge=1, le=10)] = 3
    """Steps of the iteration that orthogonalises an update."""
    rest_lr: Annotated[float, Field(gt=0)] = 0.1
    """Peak learning rate of the classifier head, biases and normalisation; it follows the same schedule."""
    rest_momentum: Annotated[float, Field(gt=0, lt=1)] = 0.85
    """Nesterov momentum of the rest."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    """L2 penalty on the rest."""


Optimizer = Annotated[Adam | SGD | Muon, Field(discriminator="name"), named("adamw")]
