"""A small residual network with a 7x7 stem, whose blocks may be applied several times with shared weights."""

from __future__ import annotations

import copy
from typing import Literal

from torch import Tensor, nn

from architectures.arguments import at_least, one_of, positive
from architectures.registry import register


class ResidualBlock(nn.Module):
    """Conv-BN-ReLU-conv-BN around an identity shortcut; (N, C, H, W) to the same shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Add the residual to `x`."""
        y = self.relu(self.bn1(self.conv1(x)))
        out: Tensor = self.relu(x + self.bn2(self.conv2(y)))
        return out


class SharedResNet(nn.Module):
    """Three stages of a strided convolution and one residual block; 485,952 params before the head."""

    def __init__(  # noqa: PLR0913 - three of them are the geometry
        self,
        *,
        num_classes: int,
        in_channels: int,
        image_size: int,
        head: str,
        softmax: bool,
        repeats: int,
        statistics: str,
    ) -> None:
        super().__init__()
        one_of("head", head, ("linear", "mlp"))
        one_of("statistics", statistics, ("shared", "own"))
        positive("repeats", repeats)
        at_least(9, image_size)
        side = -(-image_size // 8) // 2  # three convolutions of stride 2 round up, pooling rounds down
        self.repeats = repeats
        self.stem = nn.Sequential(nn.Conv2d(in_channels, 32, 7, 2, padding=3), nn.BatchNorm2d(32), nn.ReLU())
        self.block1 = ResidualBlock(32)
        self.down2 = nn.Sequential(nn.Conv2d(32, 64, 3, 2, padding=1), nn.BatchNorm2d(64), nn.ReLU())
        self.block2 = ResidualBlock(64)
        self.down3 = nn.Sequential(nn.Conv2d(64, 128, 3, 2, padding=1), nn.BatchNorm2d(128), nn.ReLU())
        self.block3 = ResidualBlock(128)
        others = repeats - 1 if statistics == "own" else 0
        self.twins1 = nn.ModuleList(_twin(self.block1) for _ in range(others))
        self.twins2 = nn.ModuleList(_twin(self.block2) for _ in range(others))
        self.twins3 = nn.ModuleList(_twin(self.block3) for _ in range(others))
        self.pool = nn.AvgPool2d(2)
        features = 128 * side * side
        layers: list[nn.Module] = [nn.Linear(features, num_classes)]
        if head == "mlp":
            layers = [nn.Linear(features, 512), nn.ReLU(), nn.Linear(512, num_classes)]
        self.head = nn.Sequential(*layers, *([nn.Softmax(dim=1)] if softmax else []))

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) to logits (N, classes)."""
        x = self._repeat(self.block1, self.twins1, self.stem(images))
        x = self._repeat(self.block2, self.twins2, self.down2(x))
        x = self._repeat(self.block3, self.twins3, self.down3(x))
        logits: Tensor = self.head(self.pool(x).flatten(1))
        return logits

    def _repeat(self, block: nn.Module, twins: nn.ModuleList, x: Tensor) -> Tensor:
        """Apply a block as often as asked; the further times by its twins, where there are any."""
        others = list(twins) or [block] * (self.repeats - 1)
        for again in (block, *others):
            x = again(x)
        return x


def _twin(block: ResidualBlock) -> ResidualBlock:
    """The same block, every param of it the very same, with running statistics of its own."""
    shared = {id(param): param for param in block.parameters()}
    return copy.deepcopy(block, shared)


@register
def shared_resnet(  # noqa: PLR0913 - three of them are the geometry
    *,
    num_classes: int = 10,
    in_channels: int = 3,
    image_size: int = 32,
    head: Literal["linear", "mlp"] = "linear",
    softmax: bool = False,
    repeats: int = 1,
    statistics: Literal["shared", "own"] = "shared",
) -> SharedResNet:
    """The 7x7-stem residual network.

    Args:
        num_classes: Classes of the task.
        in_channels: Channels of the input.
        image_size: Side of the square input in pixels.
        head: "linear", or "mlp" with one hidden layer as wide as the features at 32 x 32 (512).
        softmax: End in a softmax. Cross-entropy applies one itself, so this is a flaw; it exists to
            reproduce a published comparison that contained it.
        repeats: How often each residual block is applied with the same weights.
        statistics: Whether all applications of a block share the running statistics of its batch norms, as
            published, or each has its own (no params: the same in training, better in evaluation). Shared
            ones are an average over different activations that fits none of them.
    """
    return SharedResNet(
        num_classes=num_classes, in_channels=in_channels, image_size=image_size,
        head=head, softmax=softmax, repeats=repeats, statistics=statistics,
    )  # fmt: skip
