"""Parameters that are not trained to the end: which, in which epochs, and the arithmetic that this saves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase

from torch import nn

from bench.measurements.counting import count_built
from bench.spec import Freeze


def frozen_in(model: nn.Module, freeze: Sequence[Freeze], epoch: int) -> frozenset[str]:
    """Names of the otherwise trained parameters that a recipe freezes in an epoch (from 1)."""
    patterns = [one.parameters for one in freeze if one.after < epoch]
    return frozenset(
        name
        for name, parameter in model.named_parameters()
        if parameter.requires_grad and any(fnmatchcase(name, pattern) for pattern in patterns)
    )


@contextmanager
def frozen(model: nn.Module, names: Iterable[str]) -> Iterator[None]:
    """Keep these parameters as they are for the time of the block; they have no gradient afterwards.

    An optimiser passes over what has none, so neither momentum nor weight decay moves them.
    """
    parameters = [model.get_parameter(name) for name in names]
    for parameter in parameters:
        parameter.requires_grad_(False)
        parameter.grad = None
    try:
        yield
    finally:
        for parameter in parameters:
            parameter.requires_grad_()


def flops_by_epoch(
    construct: Callable[[], nn.Module],
    input_shape: tuple[int, int, int],
    freeze: Sequence[Freeze],
    epochs: int,
    whole: int,
) -> tuple[int, ...]:
    """FLOPs of forward and backward for an image, in each epoch; frozen weights need no gradient.

    Args:
        construct: Makes the network.
        input_shape: C, H, W of one image.
        freeze: What the recipe freezes.
        epochs: Of the recipe.
        whole: FLOPs with everything trained.
    """
    counted = {0: whole}  # by how many of the entries are in force: later epochs have those of earlier ones

    def built(epoch: int) -> nn.Module:
        model = construct()
        for name in frozen_in(model, freeze, epoch):
            model.get_parameter(name).requires_grad_(False)
        return model

    def flops(epoch: int) -> int:
        in_force = sum(one.after < epoch for one in freeze)
        if in_force not in counted:
            counted[in_force] = count_built(lambda: built(epoch), input_shape).flops_train
        return counted[in_force]

    return tuple(flops(epoch) for epoch in range(1, epochs + 1))


def problem(model: nn.Module, freeze: Sequence[Freeze]) -> str | None:
    """What is wrong with a recipe's `freeze` for this network, in words; None when nothing is."""
    trained = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    for one in freeze:
        if not any(fnmatchcase(name, one.parameters) for name in trained):
            return f"freeze: no trained parameter is called {one.parameters!r}; there are {_some(trained)}"
    last = 1 + max((one.after for one in freeze), default=0)
    if freeze and len(frozen_in(model, freeze, last)) == len(trained):
        return "freeze: nothing would be left to train"
    return None


def _some(names: list[str], few: int = 8) -> str:
    return ", ".join(names[:few]) + (f" and {len(names) - few} more" if len(names) > few else "")
