"""Mistakes that a network's shapes give away before anything is trained."""

from __future__ import annotations

from torch import nn

from bench.measurements.counting.counter import count
from bench.measurements.counting.lint_rules import RULES
from bench.measurements.counting.lint_subject import Subject
from bench.measurements.counting.weightless import weightless
from bench.records import Finding


def lint(model: nn.Module, input_shape: tuple[int, int, int]) -> tuple[Finding, ...]:
    """Look for known mistakes; the network is not touched.

    Args:
        model: Any network, with weights or without.
        input_shape: C, H, W of one image.

    Raises:
        CountingError: The network cannot take such an image.
    """
    duplicate = weightless(model)
    counts = count(model, input_shape)
    subject = Subject(duplicate, dict(duplicate.named_modules()), counts, input_shape)
    return tuple(finding for rule in RULES for finding in rule(subject))
