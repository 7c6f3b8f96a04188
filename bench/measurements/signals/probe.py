"""The probe: one fixed batch of training images on which a network is examined along training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from bench.measurements.copies import copy_of
from bench.measurements.device import Device
from bench.measurements.subject import Subject
from bench.measurements.training.parameter_groups import of_norms

IMAGES = 256


@dataclass(frozen=True)
class Probe:
    """Some training images of every class, unaugmented, and how the network is asked about them."""

    inputs: Tensor
    """(N, C, H, W)."""
    labels: Tensor
    """(N)."""
    device: Device

    @classmethod
    def of(cls, subject: Subject) -> Probe:
        """The same images for every measurement along a trial's training."""
        images = subject.training.train.sample(IMAGES)
        return cls(subject.training.pipeline(images.images), images.labels, subject.device)

    def copy(self, model: nn.Module) -> nn.Module:
        """A copy that normalises as in training, and draws nothing: no dropout, no stochastic depth.

        A copy, since normalising as in training moves running statistics. They tell who has to: whatever else
        behaves otherwise in training, be it a module or a function within one, draws random numbers.
        """
        model = copy_of(model).eval()
        for module in model.modules():
            module.training = any(one.is_floating_point() for one in module.buffers(recurse=False))
        return model

    def logits(self, model: nn.Module) -> Tensor:
        """(N, classes), in float32 whatever the network computes in."""
        with self.device.autocast():
            logits: Tensor = model(self.inputs.clone())  # which it may change in place
        return logits.float()

    def depths(self, model: nn.Module) -> list[str]:
        """Names of the layers with weights, by depth; see `by_depth`."""
        model = self.copy(model)
        with torch.no_grad(), calls(model) as called:
            self.logits(model)
        return list(by_depth(weighted_layers(model), called))


def weighted_layers(model: nn.Module) -> dict[str, nn.Parameter]:
    """Weights of convolutions and linear layers, a matrix or more, by name of the module, as declared.

    Of a layer under weight or spectral norm, the matrix that is trained, from which its weight is computed.
    """
    found = ((name, _trained_weight(module)) for name, module in model.named_modules())
    matrices = {name: one for name, one in found if isinstance(one, nn.Parameter) and one.ndim > 1}
    norms = of_norms(model)
    return {name: weight for name, weight in matrices.items() if id(weight) not in norms}


def _trained_weight(module: Any) -> Any:
    """The parameter that stands for the layer's weight, if it has any; nothing is computed to find it."""
    if parametrize.is_parametrized(module, "weight"):
        return max(
            module.parametrizations["weight"].parameters(recurse=False), key=Tensor.numel, default=None
        )
    own = dict(module.named_parameters(recurse=False))
    earlier = [own[name] for name in ("weight_v", "weight_orig") if name in own]
    return earlier[0] if earlier else getattr(module, "weight", None)


@contextmanager
def calls(model: nn.Module) -> Iterator[list[str]]:
    """Note which layers with weights are called within, each at its first call."""
    called: list[str] = []

    def note(name: str) -> Any:
        return lambda *_: None if name in called else called.append(name)

    handles = [
        model.get_submodule(name).register_forward_pre_hook(note(name)) for name in weighted_layers(model)
    ]
    try:
        yield called
    finally:
        for handle in handles:
            handle.remove()


def by_depth(layers: Mapping[str, nn.Parameter], called: Sequence[str]) -> dict[str, nn.Parameter]:
    """Layers in the order of their first calls, which need not be that of their declaration.

    One that is not called itself, since only its weight is used, follows the one declared before it.
    """
    depth, before = {}, -1
    for name in layers:
        before = depth[name] = called.index(name) if name in called else before
    return {name: layers[name] for name in sorted(layers, key=depth.__getitem__)}


def keep_earlier(rows: Iterable[Mapping[str, str]], column: str, before: int) -> list[dict[str, object]]:
    """Rows of earlier measurements; what was interrupted before its checkpoint is measured again."""
    return [{**row} for row in rows if int(row[column]) < before]
