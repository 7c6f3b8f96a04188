"""The network that every peer trains: the suite's own code and initial weights."""

from __future__ import annotations

import torch
from torch import nn

import architectures
from bench.data import catalogue
from bench.data.batches import derive_seed
from peers.setting import Setting


def build(setting: Setting) -> nn.Module:
    """Build it with the weights that the suite starts from with the same seed."""
    channels, image_size, classes = catalogue.geometry(setting.data())
    torch.manual_seed(derive_seed(setting.seed, "weights"))
    model = architectures.build(
        setting.network,
        num_classes=classes,
        in_channels=channels,
        image_size=image_size,
        **setting.arguments,
    )
    torch.manual_seed(setting.seed)
    return model


def device() -> torch.device:
    """Where the peers train: on the GPU where there is one, as the suite does."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
