"""Networks of timm, as `timm:NAME`; never with weights, and nothing is downloaded."""

from __future__ import annotations

import importlib.util
from typing import Any

from torch import nn

from architectures.arguments import Constructor

WEIGHTS = ("pretrained", "checkpoint_path", "pretrained_cfg", "pretrained_cfg_overlay", "cache_dir")
"""Arguments of timm that load something, from the disk or the network."""


def timm_names() -> list[str]:
    """The networks of timm; none where it is not installed."""
    if importlib.util.find_spec("timm") is None:
        return []
    import timm  # noqa: PLC0415 - seconds that only its users should spend

    return list(timm.list_models())


def timm_constructor(name: str) -> Constructor:
    """Wrap a network of timm so that it takes this package's arguments.

    Raises:
        ModuleNotFoundError: timm is not installed.
    """
    if importlib.util.find_spec("timm") is None:
        raise ModuleNotFoundError("timm is not installed; pip install 'archbench[timm]'", name="timm")

    def construct(*, num_classes: int, in_channels: int, image_size: int, **args: Any) -> nn.Module:
        import timm  # noqa: PLC0415 - see above

        if loading := [key for key in args if key in WEIGHTS]:
            raise ValueError(f"{loading[0]!r} would load weights; networks here start untrained")
        chosen = {"num_classes": num_classes, "in_chans": in_channels, **args}
        try:
            network = timm.create_model(name, pretrained=False, img_size=image_size, **chosen)
        except TypeError as error:
            # Whether a network depends on the image's size is known to its class alone.
            if "'img_size'" not in str(error):
                raise
            network = timm.create_model(name, pretrained=False, **chosen)
        assert isinstance(network, nn.Module)
        return network

    construct.__doc__ = f"{name} of timm."
    return construct
