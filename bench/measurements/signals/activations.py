"""Activation statistics: what comes out of each layer, and which units never fire, along training."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from bench.measurements.signals.probe import Probe, keep_earlier, weighted_layers
from bench.measurements.subject import Subject
from bench.records import ACTIVATION_COLUMNS
from bench.store import TrialStore

RECTIFIERS = frozenset({F.relu, F.relu_, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_})


def start(subject: Subject) -> Activations:
    """Measure on the trial's probe: the same images every time."""
    return Activations(subject.training.model, Probe.of(subject), subject.store)


@dataclass
class Activations:
    """Adds rows to activations.csv after each epoch."""

    model: nn.Module
    probe: Probe
    store: TrialStore

    def __call__(self, epochs: int) -> None:
        """Measure after `epochs` completed epochs; the network is left as it was."""
        model = self.probe.copy(self.model)
        calls: list[dict[str, Any]] = []
        with torch.no_grad(), _outputs(model, calls), _Rectified(calls, model):
            self.probe.logits(model)
        rows = keep_earlier(self.store.read_table("activations"), "epoch", epochs)
        rows += [{"epoch": epochs, "order": order, **call} for order, call in enumerate(calls, start=1)]
        self.store.write_table("activations", ACTIVATION_COLUMNS, rows)


class _Rectified(TorchFunctionMode):
    """Sees every ReLU, be it a module, a function or a method."""

    def __init__(self, calls: list[dict[str, Any]], model: nn.Module) -> None:
        super().__init__()
        self.calls = calls
        self.linear = {name for name, one in model.named_modules() if isinstance(one, nn.Linear)}
        self.inside = False

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        # F.relu is made of torch.relu: only the outer of the two is a call of the network.
        outer = func in RECTIFIERS and not self.inside
        self.inside = self.inside or outer
        result = func(*args, **(kwargs or {}))
        if outer:
            self.inside = False
        if outer and result.ndim > 1:  # else a gate, or another weight that is kept positive
            layer = next((call["layer"] for call in reversed(self.calls)), "input")
            zero = result == 0
            # A linear layer puts its units last, as in (N, tokens, units); a convolution behind the images.
            units = zero.movedim(-1 if layer in self.linear else 1, 0).flatten(1).all(1)
            self.calls.append(
                {"layer": layer, "kind": "rectified", **_moments(result), "zeros": zero.float().mean().item(),
                 "dead_units": int(units.sum()), "units": len(units)}
            )  # fmt: skip
        return result


@contextmanager
def _outputs(model: nn.Module, calls: list[dict[str, Any]]) -> Iterator[None]:
    """Note the output of each convolution and linear layer, at every call."""

    def note(name: str) -> Callable[[nn.Module, Any, Tensor], None]:
        def hook(_: nn.Module, __: Any, output: Tensor) -> None:
            calls.append({"layer": name, "kind": "output", **_moments(output)})

        return hook

    handles = [model.get_submodule(name).register_forward_hook(note(name)) for name in weighted_layers(model)]
    yield
    for handle in handles:
        handle.remove()


def _moments(values: Tensor) -> dict[str, float]:
    values = values.float()
    return {"mean": values.mean().item(), "deviation": values.std(unbiased=False).item()}
