"""Layers that learn their sizes from the first image (`torch.nn.LazyLinear` and the like)."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.parameter import is_lazy


def settle(network: nn.Module, image: tuple[int, int, int]) -> None:
    """Give lazy layers their sizes by one black image, in evaluation mode; other networks are not run.

    Nothing else of the network changes. Weights are drawn here, from the generator that drew the others.

    Args:
        network: Some of its parameters or buffers may have no shape yet.
        image: C, H, W.

    Raises:
        Exception: Whatever the network raises at such an image.
    """
    lazy = [tensor for tensor in (*network.parameters(), *network.buffers()) if is_lazy(tensor)]
    if not lazy:
        return
    modes = {module: module.training for module in network.modules()}
    try:
        with torch.no_grad():
            network.eval()(torch.zeros(1, *image, device=lazy[0].device))
    finally:
        for module, training in modes.items():
            module.training = training
