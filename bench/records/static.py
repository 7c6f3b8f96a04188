"""What a network costs on paper."""

from __future__ import annotations

from bench.records.numbers import Count, Positive
from bench.spec import Model


class Finding(Model):
    """One likely mistake in a network, told from its shapes."""

    rule: str
    """Short name, stable enough to filter by."""
    layers: tuple[str, ...] = ()
    """Where it was found; empty if it is about the whole network."""
    message: str
    """What is wrong and what to do about it."""


class StaticFacts(Model):
    """Counts of the network at the trial's input size; per image, forward, unless stated otherwise."""

    params: Count
    """Unique trainable elements; a shared module counted once."""
    params_frozen: Count
    """Unique elements that need no gradient."""
    params_body: Count
    """Trainable elements without the classifier head."""
    buffers: Count
    """Elements of buffers, for example running statistics."""
    macs: Count
    """Multiply-accumulates of convolutions, linear layers and matrix products, at every call."""
    flops: Count
    """2 x MACs."""
    flops_train: Count
    """FLOPs of forward and backward for one image, by torch's own counter, which takes the weight gradient
    of a grouped convolution for that of a dense one; this is mended."""
    activations: Count
    """Output elements of convolutions and linear layers."""
    elements_moved: Count | None = None
    """Elements that the modules with MACs must at least read and write for one image: inputs and outputs of
    each, at every call. Everything between them is taken as fused. None in earlier records."""
    weights_read: Count | None = None
    """Elements of the weights that one forward pass must at least read, at every call; per batch."""
    output_shape: tuple[Positive, ...]
    """Shape of the output for one image, without the batch dimension."""
    unsupported: dict[str, Count] = {}
    """Operators that no counter covers, and how often they are called; never silently zero."""
    findings: tuple[Finding, ...] | None = None
    """What the lint found; None in records from before it was asked, or where it could not look."""
