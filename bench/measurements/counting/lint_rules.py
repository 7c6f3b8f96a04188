"""The rules of the lint, one function each: they look at shapes and say what is likely wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import torch
from torch import Tensor, nn

from bench.measurements.counting.counter import count
from bench.measurements.counting.layers import CountingError, LayerCount
from bench.measurements.counting.lint_subject import Subject
from bench.measurements.counting.shapes import first_tensor
from bench.records import Finding

SMALL_IMAGE = 64
"""Pixels; a stem that quarters an image at once was made for 224."""
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
FLATTENING = {"SoftmaxBackward0": "a softmax", "SigmoidBackward0": "a sigmoid"}
"""What autograd calls the last operation, where it maps logits into [0, 1]. Not a log-softmax: a second one
leaves it as it is."""
LARGE = 32
"""How much larger an image is on which a network's total stride is measured."""


def _large_stem(subject: Subject) -> Iterator[Finding]:
    """The stem of ImageNet networks on images of 32 pixels: three quarters of each side are gone at once."""
    side = max(subject.input_shape[1:])
    convolutions = subject.convolutions()
    if not convolutions or side > SMALL_IMAGE:
        return
    stem = convolutions[0]
    rows = list(subject.counts.layers)
    second = convolutions[1] if len(convolutions) > 1 else rows[-1]
    entered = second.input_shape[-1] if len(second.input_shape) == 3 else side
    kernel = _kernel(subject, stem)
    if kernel >= 5 and side // entered >= 4:
        yield Finding(
            rule="large-stem",
            layers=(stem.layer,),
            message=f"a {kernel}x{kernel} stem made for 224 pixels leaves {entered}x{entered} of "
            f"{side}x{side} before the first block; use a 3x3 stem of stride 1 without pooling",
        )


def _shrunk_map(subject: Subject) -> Iterator[Finding]:
    """3x3 convolutions on a map of one pixel see padding with eight of nine weights."""
    starved = tuple(
        row.layer
        for row in subject.convolutions()
        if row.input_shape[1:] == (1, 1) and _kernel(subject, row) > 1
    )
    if starved:
        yield Finding(
            rule="shrunk-map",
            layers=starved,
            message=f"{_names(starved)} get a map of 1x1, where all but one weight of each kernel see only "
            "padding; use larger images or fewer strides",
        )


def _bias_before_norm(subject: Subject) -> Iterator[Finding]:
    """Normalisation takes the mean away, and with it whatever the bias added."""
    rows = [row for row in subject.counts.layers if row.calls]
    idle: dict[str, Tensor] = {}
    for row, behind in pairwise(rows):
        layer, norm = subject.modules.get(row.layer), subject.modules.get(behind.layer)
        if not isinstance(norm, NORMS) or not isinstance(layer, nn.Conv2d | nn.Linear) or layer.bias is None:
            continue
        if row.output_shape == behind.input_shape and row.calls == behind.calls:
            idle[row.layer] = layer.bias
    if idle:
        wasted = sum(bias.numel() for bias in {id(bias): bias for bias in idle.values()}.values())
        yield Finding(
            rule="bias-before-norm",
            layers=tuple(idle),
            message=f"{_names(tuple(idle))} have a bias that batch normalisation subtracts "
            f"again: {wasted:,} params without effect; use bias=False",
        )


def _shared_statistics(subject: Subject) -> Iterator[Finding]:
    """Batch norm that is applied several times keeps one average over activations that differ.

    Training normalises each with its own batch's statistics, so that only evaluation suffers.
    """
    mixed = []
    for row in subject.counts.layers:
        norm = subject.modules.get(row.layer)
        if row.calls > 1 and isinstance(norm, NORMS) and norm.track_running_stats:
            mixed.append(row.layer)
    if mixed:
        yield Finding(
            rule="shared-statistics",
            layers=tuple(mixed),
            message=f"{_names(mixed)} are applied several times, to different activations, and keep one "
            "running average over all, so that evaluation normalises otherwise than training; give each "
            "application statistics of its own",
        )


def _unused_params(subject: Subject) -> Iterator[Finding]:
    """Parameters that the output does not depend on get no gradient and do not learn."""
    weights = {name: weight for name, weight in subject.model.named_parameters() if weight.requires_grad}
    output = _output(subject)
    if output is None or not output.requires_grad:
        return
    gradients = torch.autograd.grad(output.sum(), list(weights.values()), allow_unused=True)
    unused = [name for name, gradient in zip(weights, gradients, strict=True) if gradient is None]
    if unused:
        params = sum(weights[name].numel() for name in unused)
        layers = tuple(dict.fromkeys(name.rpartition(".")[0] or name for name in unused))
        yield Finding(
            rule="unused-params",
            layers=layers,
            message=f"{_names(layers)} hold {params:,} params that the output does not depend on (in "
            "evaluation mode); remove them, or know that they count without helping",
        )


def _small_input(subject: Subject) -> Iterator[Finding]:
    """An image with fewer pixels than the network's total stride leaves nothing for its last map."""
    side = min(subject.input_shape[1:])
    large = LARGE * side
    if any(isinstance(module, nn.RNNBase | nn.RNNCellBase) for module in subject.model.modules()):
        return  # a step for each pixel or row, a thousand times as many: a hint is not worth minutes
    try:
        counts = count(subject.model, (subject.input_shape[0], large, large))
    except CountingError:
        return  # the network takes one size only, and took it
    sides = [row.output_shape[-1] for row in subject.convolutions(counts) if _kernel(subject, row) > 1]
    stride = large // min(sides, default=large)
    if stride > side:
        yield Finding(
            rule="small-input",
            layers=(),
            message=f"the network shrinks an image {stride} times, but this one has {side} pixels a side, so "
            "that padding is most of what its last layers see; use larger images or fewer strides",
        )


def _softmax_head(subject: Subject) -> Iterator[Finding]:
    """Cross-entropy applies a softmax itself; a second one before it flattens every gradient."""
    rows = [row for row in subject.counts.layers if row.calls]
    last = subject.modules.get(rows[-1].layer) if rows else None
    module = isinstance(last, nn.Softmax | nn.Softmin | nn.Sigmoid)
    if end := type(last).__name__ if module else _last_operation(subject):
        yield Finding(
            rule="softmax-head",
            layers=(rows[-1].layer,) if module else (),
            message=f"the network ends in {end}, and cross-entropy applies a softmax itself: "
            "gradients vanish and accuracy saturates; end in the linear layer",
        )


def _last_operation(subject: Subject) -> str:
    """In words, where a function and no module flattens the logits; else empty."""
    output = _output(subject)
    step = output.grad_fn if output is not None else None
    return FLATTENING.get(step.name(), "") if step is not None else ""


def _output(subject: Subject) -> Tensor | None:
    """What the network makes of one image, with its graph; None where its way depends on data."""
    try:
        with torch.enable_grad(), torch.device("meta"):
            return first_tensor(subject.model(torch.empty(1, *subject.input_shape)))
    except (RuntimeError, TypeError, ValueError):
        return None


def _kernel(subject: Subject, row: LayerCount) -> int:
    """Side of a convolution's kernel."""
    module = subject.modules[row.layer]
    return max(module.kernel_size) if isinstance(module, nn.Conv2d) else 0


def _names(names: list[str] | tuple[str, ...]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown


RULES: tuple[Callable[[Subject], Iterator[Finding]], ...] = (
    _large_stem,
    _shrunk_map,
    _small_input,
    _bias_before_norm,
    _shared_statistics,
    _unused_params,
    _softmax_head,
)
