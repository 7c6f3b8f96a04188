"""What differs between the agreed counts of an architecture and its counts now, and in which layer it began.

A change in one layer is felt by the layers behind it: they get another input, and with it other weights and
other work. A layer *follows* if its input changed and its weights changed only where they meet that input.
It *changed itself* otherwise: with the same input, or with other outputs than its input explains. Only
layers that changed themselves are named; those that follow are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from bench.locks.file import Locked, LockedLayer

Metric = Literal["params", "macs", "activations"]
METRICS: tuple[Metric, ...] = ("params", "macs", "activations")
"""What a suite's `tolerance` may loosen."""


@dataclass(frozen=True)
class Change:
    """One value that is no longer what was agreed on."""

    what: str
    """For example "params" or "output_shape"."""
    locked: int | str
    now: int | str

    @property
    def by(self) -> str:
        """The difference of numbers, absolute and relative; empty for anything else."""
        if isinstance(self.locked, str) or isinstance(self.now, str):
            return ""
        difference = self.now - self.locked
        return f"{difference:+,} ({difference / self.locked:+.2%})" if self.locked else f"{difference:+,}"


@dataclass(frozen=True)
class LayerChange:
    """A layer that changed itself, is new, or is gone."""

    layer: str
    type: str
    how: str
    """"changed", "new" or "gone"."""
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Comparison:
    """An architecture against its lock; equal if all parts are empty."""

    identity: tuple[Change, ...] = ()
    """Another network, other arguments, other input or other classes than were locked."""
    totals: tuple[Change, ...] = ()
    layers: tuple[LayerChange, ...] = ()
    following: int = 0
    """Layers that changed only because an earlier one did."""

    def __bool__(self) -> bool:
        return bool(self.identity or self.totals or self.layers or self.following)


def compare(locked: Locked, now: Locked, tolerance: Mapping[Metric, float]) -> Comparison:
    """Compare an architecture with its lock.

    Args:
        locked: The agreed counts.
        now: The counts of the network as it is built now.
        tolerance: Relative change accepted, per metric of `METRICS`; exact where none is given. Where a
            metric has a tolerance it is judged by its total, and single layers may move within it.
    """
    identity = tuple(_changes(locked, now, ("name", "args", "input", "classes")))
    loose: dict[str, float] = dict(tolerance.items())
    totals = tuple(
        change
        for change in _changes(locked, now, (*METRICS, "params_frozen", "output_shape"))
        if not _within(change, loose.get(change.what, 0.0))
    )
    over = {change.what for change in totals}
    judged = [metric for metric in METRICS if not tolerance.get(metric) or metric in over]
    layers, following = _compare_layers(locked.layers, now.layers, judged)
    return Comparison(identity, totals, tuple(layers), following)


def _within(change: Change, tolerance: float) -> bool:
    if isinstance(change.locked, str) or isinstance(change.now, str):
        return False
    return abs(change.now - change.locked) <= tolerance * change.locked


def _changes(before: object, after: object, names: Sequence[str]) -> Iterator[Change]:
    for name in names:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            numbers = isinstance(old, int) and isinstance(new, int)
            yield Change(name, old, new) if numbers else Change(name, str(old), str(new))


def _compare_layers(
    before: Sequence[LockedLayer], after: Sequence[LockedLayer], metrics: Sequence[str]
) -> tuple[list[LayerChange], int]:
    named: list[LayerChange] = []
    following = 0
    for old, new in _pairs(before, after):
        if new is None and old is not None:
            named.append(LayerChange(old.layer, old.type, "gone", (Change("params", old.params, 0),)))
        elif old is None and new is not None:
            named.append(LayerChange(new.layer, new.type, "new", (Change("params", 0, new.params),)))
        elif old is not None and new is not None:
            if all(getattr(old, metric) == getattr(new, metric) for metric in metrics):
                continue
            if _follows(old, new):
                following += 1
            else:
                shown = tuple(_changes(old, new, ("type", "calls", "weights", "output_shape", *METRICS)))
                named.append(LayerChange(new.layer, new.type, "changed", shown))
    return named, following


def _pairs(
    before: Sequence[LockedLayer], after: Sequence[LockedLayer]
) -> Iterator[tuple[LockedLayer | None, LockedLayer | None]]:
    """Match layers by name; where names shifted, for a layer was put in or taken out, by what they are."""
    old, new = {layer.layer: layer for layer in before}, {layer.layer: layer for layer in after}
    if old.keys() == new.keys():
        yield from ((old[name], new[name]) for name in new)
        return
    matcher = SequenceMatcher(None, [layer[1:] for layer in before], [layer[1:] for layer in after], False)
    for _, start, end, new_start, new_end in matcher.get_opcodes():
        if end - start == new_end - new_start:
            yield from zip(before[start:end], after[new_start:new_end], strict=True)
        else:
            yield from ((layer, None) for layer in before[start:end])
            yield from ((None, layer) for layer in after[new_start:new_end])


def _follows(old: LockedLayer, new: LockedLayer) -> bool:
    """Whether another input alone explains what changed in a layer."""
    if old.input_shape == new.input_shape or (old.type, old.calls) != (new.type, new.calls):
        return False
    explained = set(zip(_sizes(old.input_shape), _sizes(new.input_shape), strict=False))
    old_weights, new_weights = _weights(old), _weights(new)
    if len(old_weights) != len(new_weights):
        return False
    for old_weight, new_weight in zip(old_weights, new_weights, strict=True):
        if len(old_weight) != len(new_weight):
            return False
        for dimension, sizes in enumerate(zip(old_weight, new_weight, strict=True)):
            if sizes[0] != sizes[1] and (sizes not in explained or _is_output(new, new_weight, dimension)):
                return False
    return True


def _is_output(layer: LockedLayer, weight: Sequence[int], dimension: int) -> bool:
    """Whether a dimension of a weight is the number of outputs, which a layer has by itself.

    The first dimension of a weight is, but for a depthwise convolution, whose outputs are its inputs, and
    but for transposed convolutions, which have the first two swapped. Vectors have one entry per channel.
    """
    if len(weight) == 1 or weight[1] == 1:
        return False
    return dimension == (1 if layer.type.startswith("ConvTranspose") else 0)


def _weights(layer: LockedLayer) -> list[tuple[int, ...]]:
    return [_sizes(weight) for weight in layer.weights.split(" + ")]


def _sizes(shape: str) -> tuple[int, ...]:
    return tuple(int(size) for size in shape.split("x") if size.isdigit())
