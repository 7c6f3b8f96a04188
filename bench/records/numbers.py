"""What the numbers of a record may be; a forged or broken one is refused where it is read."""

from typing import Annotated

from pydantic import Field

from bench.spec.model import Positive

__all__ = ["Amount", "Count", "Positive", "Rate", "Share"]

Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0)]
"""Seconds, milliseconds, joules, and other things there cannot be less than none of."""
Rate = Annotated[float, Field(gt=0)]
"""Per second, or a time that is divided by: measured, so more than none."""
Share = Annotated[float, Field(ge=0, le=1)]
