"""Parameters that are not trained to the end."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bench.spec.model import Model


class Freeze(Model):
    """Parameters that keep their values from some epoch on; running statistics of batch norm still move."""

    parameters: Annotated[str, Field(min_length=1)]
    """Pattern of names as in the network's `state_dict`, like "layer1.*": "*" stands for any characters,
    "?" for one."""
    after: Annotated[int, Field(ge=0)] = 0
    """Epochs that they are trained before. 0: they are not trained at all."""
