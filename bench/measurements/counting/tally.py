"""Run a network once and add what each operator multiplies to the module that called it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.hooks import RemovableHandle

from bench.measurements.counting.left_out import is_left_out
from bench.measurements.counting.operators import RULES
from bench.measurements.counting.shapes import Shape, shape_of


@dataclass
class Tally:
    """What has been seen of one module so far."""

    macs: int = 0
    activations: int = 0
    calls: int = 0
    input_shape: Shape = ()
    output_shape: Shape = ()
    elements_in: int = 0
    elements_out: int = 0


@dataclass(eq=False)
class Tallies(TorchDispatchMode):
    """Adds every operator to the innermost module that is running."""

    running: list[nn.Module]
    """The module that runs now comes last."""
    of: dict[nn.Module, Tally] = field(default_factory=dict)
    """In the order of first call."""
    unsupported: dict[str, int] = field(default_factory=dict)
    """Calls of operators that have no rule and are not known to be left out."""

    def __post_init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Count one operator and run it."""
        rule = RULES.get(func.overloadpacket)
        if rule is None and not is_left_out(func):
            # A composite arrives whole in inference mode; its parts are what can be counted.
            with self:
                result = func.decompose(*args, **(kwargs or {}))
            if result is not NotImplemented:
                return result
            self.unsupported[str(func)] = self.unsupported.get(str(func), 0) + 1
        result = func(*args, **(kwargs or {}))
        if rule is not None:
            macs, elements = rule(args, result)
            tally = self._tally(self.running[-1])
            tally.macs += macs
            tally.activations += elements
        return result

    def enter(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Note that a module starts."""
        self.running.append(module)
        tally = self._tally(module)
        tally.calls += 1
        tally.input_shape = shape_of((*args, *kwargs.values()))
        tally.elements_in += prod(tally.input_shape)

    def leave(self, module: nn.Module, _: Any, output: Any) -> None:
        """Note that a module is done."""
        self.running.pop()
        tally = self._tally(module)
        tally.output_shape = shape_of(output)
        tally.elements_out += prod(tally.output_shape)

    def _tally(self, module: nn.Module) -> Tally:
        return self.of.setdefault(module, Tally())


def run(model: nn.Module, images: Tensor) -> tuple[Tallies, Any]:
    """Run a network once under the counter, without gradients; return what was seen and its output."""
    tallies = Tallies([model])
    handles: list[RemovableHandle] = []
    for module in model.modules():
        # Seen before the module's own hooks and after them, so that what those compute is counted as its.
        handles.append(module.register_forward_pre_hook(tallies.enter, prepend=True, with_kwargs=True))
        handles.append(module.register_forward_hook(tallies.leave))
    try:
        with torch.no_grad(), tallies:
            output = model(images)
    finally:
        for handle in handles:
            handle.remove()
    return tallies, output
