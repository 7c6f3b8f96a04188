"""What learning curves can show: metrics, splits, and what they are drawn against."""

from __future__ import annotations

METRICS = ("accuracy", "loss")
SPLITS = ("test", "validation", "train")

AGAINST = {"epochs": "epoch", "seconds": "cumulative_seconds", "flops": "cumulative_flops"}
"""Columns of the table of epochs, by the name of the switch's option."""
