"""The probe: one fixed batch of training images on which a network is examined along training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass

from torch import Tensor, nn

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
        model = deepcopy(model).eval()
        for module in model.modules():
            module.training = any(one.is_floating_point() for one in module.buffers(recurse=False))
        return model

    def logits(self, model: nn.Module) -> Tensor:
        """(N, classes), in float32 whatever the network computes in."""
        with self.device.autocast():
            logits: Tensor = model(self.inputs)
        return logits.float()


def weighted_layers(model: nn.Module) -> dict[str, nn.Parameter]:
    """Weights of convolutions and linear layers, a matrix or more, by name of the module, in order."""
    found = ((name, getattr(module, "weight", None)) for name, module in model.named_modules())
    matrices = {name: one for name, one in found if isinstance(one, nn.Parameter) and one.ndim > 1}
    norms = of_norms(model)
    return {name: weight for name, weight in matrices.items() if id(weight) not in norms}


def keep_earlier(rows: Iterable[Mapping[str, str]], column: str, before: int) -> list[dict[str, object]]:
    """Rows of earlier measurements; what was interrupted before its checkpoint is measured again."""
    return [{**row} for row in rows if int(row[column]) < before]
