"""Networks of torchvision, as `torchvision:NAME`; never with weights."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

from torch import nn

from architectures.arguments import Constructor, refuse_unknown


def torchvision_names() -> list[str]:
    """The image classifiers of torchvision."""
    from torchvision import models  # noqa: PLC0415 - seconds that only its users should spend

    return list(models.list_models(module=models))


def torchvision_constructor(name: str) -> Constructor:
    """Wrap a builder of torchvision so that it takes this package's arguments.

    `image_size` reaches the networks that depend on it; auxiliary classifiers are left out, so that the
    output is one tensor of logits.
    """
    from torchvision import models  # noqa: PLC0415 - see above

    builder = models.get_model_builder(name)
    # Builders take **kwargs; what these may hold is known to the class of the network.
    parameters = inspect.signature(get_type_hints(builder)["return"]).parameters
    tunable = [key for key, parameter in parameters.items() if parameter.default is not parameter.empty]

    def construct(*, num_classes: int, in_channels: int, image_size: int, **args: Any) -> nn.Module:
        if in_channels != 3:
            raise ValueError(
                f"torchvision's networks take 3 channels, not {in_channels}; "
                f"set channels = 3 in [dataset], which repeats grey images"
            )
        geometry: dict[str, Any] = {
            "num_classes": num_classes,
            "image_size": image_size,
            "input_size": (image_size, image_size),  # MaxVit's word for it
            "aux_logits": False,
        }
        refuse_unknown(args, [key for key in tunable if key not in geometry])
        chosen = {key: value for key, value in geometry.items() if key in parameters}
        if "init_weights" in parameters:
            chosen["init_weights"] = True  # the default of some; others warn that they have none
        network: nn.Module = builder(weights=None, **{**chosen, **args})
        return network

    construct.__doc__ = f"{name} of torchvision."
    return construct
