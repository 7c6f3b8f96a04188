"""Running averages of the weights."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bench.spec.model import Fraction, Model, Positive


class Lookahead(Model):
    """Slow weights that follow the optimiser's, which are put back onto them every few steps.

    Lookahead (Zhang et al. 2019); with a decay that grows, the running average of airbench (Jordan 2024). The
    slow weights are the result of the training.
    """

    every: Positive = 5
    """Optimiser steps between two averages (k in the paper)."""
    decay: Fraction = 0.5
    """Share that the slow weights keep in an average (1 - alpha in the paper)."""
    growth: Annotated[float, Field(ge=0)] = 0.0
    """Power of the training's progress by which `decay` grows from nothing. 0: it does not, as in the paper;
    airbench: 3, with a decay of 0.7738."""
    buffers: bool = False
    """Whether running statistics of batch norm are averaged too: airbench does, the paper does not."""
