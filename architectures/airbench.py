"""The networks of the CIFAR-10 speed record ("94% on CIFAR-10 in 3.29 seconds", Jordan 2024, 2404.00498)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from architectures.arguments import at_least, one_of, positive
from architectures.registry import register

SMALLEST = 9
"""The 2x2 convolution takes a pixel, three poolings halve the image; what remains of 9 pixels is one."""
ACTIVATIONS: dict[str, type[nn.Module]] = {"gelu": nn.GELU, "relu": nn.ReLU}


# --- blocks ---------------------------------------------------------------------------------------


class Whitening(nn.Conv2d):
    """A convolution with frozen weights under which patches of training images become uncorrelated.

    It holds every eigenvector of the patches' covariance, scaled to unit variance, with both signs. Its bias
    is trained. (N, C, H, W) to (N, 2 C k^2, H - k + 1, W - k + 1).
    """

    regulariser = 5e-4
    """Added to the eigenvalues, so that directions without variance are not blown up."""

    def __init__(self, in_channels: int, kernel: int) -> None:
        super().__init__(in_channels, 2 * in_channels * kernel**2, kernel)
        self.weight.requires_grad_(False)
        if self.bias is not None and not self.bias.is_meta:
            nn.init.zeros_(self.bias)

    @torch.no_grad()
    def fit(self, images: Tensor, chunk: int = 500) -> None:
        """Take the weights from all patches of the images (N, C, H, W)."""
        size = self.weight[0].numel()
        moments, patches = torch.zeros(size, size, dtype=torch.float64), 0
        for part in images.float().split(chunk):
            columns = F.unfold(part, self.kernel_size).transpose(0, 1).flatten(1)  # (C k^2, N L)
            moments += (columns @ columns.T).double().cpu()
            patches += columns.shape[1]
        values, vectors = torch.linalg.eigh(moments / patches)
        # Eigenvectors are columns; rows become filters, the direction of most variance first.
        filters = (vectors / (values + self.regulariser).sqrt()).T.flip(0).view(-1, *self.weight.shape[1:])
        self.weight.copy_(torch.cat([filters, -filters]))


def convolution(in_channels: int, out_channels: int) -> nn.Conv2d:
    """3x3 without bias; its first filters start as the identity, the rest as torch draws them."""
    layer = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
    if not layer.weight.is_meta:
        nn.init.dirac_(layer.weight.data[:in_channels])
    return layer


def norm(channels: int, momentum: float) -> nn.BatchNorm2d:
    """Batch normalisation without a trained scale."""
    layer = nn.BatchNorm2d(channels, eps=1e-12, momentum=momentum)
    layer.weight.requires_grad_(False)
    return layer


class Group(nn.Module):
    """Convolve, pool, normalise, convolve once or twice; (N, C, H, W) to (N, outputs, H / 2, W / 2).

    With two, these two are the residual of a shortcut.
    """

    def __init__(
        self, channels: int, outputs: int, depth: int, momentum: float, activation: type[nn.Module]
    ) -> None:
        super().__init__()
        self.conv1 = convolution(channels, outputs)
        self.pool = nn.MaxPool2d(2)
        self.norm1 = norm(outputs, momentum)
        self.conv2 = convolution(outputs, outputs)
        self.norm2 = norm(outputs, momentum)
        if depth == 3:
            self.conv3 = convolution(outputs, outputs)
            self.norm3 = norm(outputs, momentum)
        self.depth = depth
        self.activation = activation()

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        x = self.activation(self.norm1(self.pool(self.conv1(x))))
        y = self.norm2(self.conv2(x))
        if self.depth == 3:
            y = x + self.norm3(self.conv3(self.activation(y)))
        out: Tensor = self.activation(y)
        return out


# --- network --------------------------------------------------------------------------------------


class Airbench(nn.Module):
    """A whitening layer, three groups, global max pooling, and a linear head scaled down."""

    fitting_images = 5000
    """Training images that the whitening layer is fitted to before the first step."""
    scale = 1 / 9
    """Of the logits; large weights with small logits are what the head's learning rate was tuned for."""

    def __init__(  # noqa: PLR0913 - three of them are the geometry
        self,
        *,
        num_classes: int,
        in_channels: int,
        image_size: int,
        widths: Sequence[int],
        depth: int,
        momentum: float,
        activation: str,
    ) -> None:
        super().__init__()
        at_least(SMALLEST, image_size)
        one_of("activation", activation, tuple(ACTIVATIONS))
        if len(widths) != 3:
            raise ValueError(f"widths must be three numbers, one a group, got {list(widths)!r}")
        for width in widths:
            positive("widths", width)
        self.whiten = Whitening(in_channels, kernel=2)
        self.activation = ACTIVATIONS[activation]()
        self.groups = nn.Sequential()
        channels = self.whiten.out_channels
        for outputs in widths:
            self.groups.append(Group(channels, outputs, depth, momentum, ACTIVATIONS[activation]))
            channels = outputs
        self.pool = nn.AdaptiveMaxPool2d(1)
        self.head = nn.Linear(channels, num_classes, bias=False)

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) to logits (N, classes)."""
        x = self.pool(self.groups(self.activation(self.whiten(images)))).flatten(1)
        logits: Tensor = self.head(x) * self.scale
        return logits

    def fit_to_images(self, images: Tensor) -> None:
        """Set the whitening layer from unaugmented, normalised images (N, C, H, W)."""
        self.whiten.fit(images)


# --- constructors ---------------------------------------------------------------------------------


@register
def airbench94(
    *,
    num_classes: int = 10,
    in_channels: int = 3,
    image_size: int = 32,
    widths: Sequence[int] = (64, 256, 256),
    activation: Literal["gelu", "relu"] = "gelu",
) -> Airbench:
    """airbench94: two convolutions a group; 1,971,352 trained params at 10 classes; 94 % in ten epochs.

    Args:
        num_classes: Classes of the task.
        in_channels: Channels of the input.
        image_size: Side of the square input in pixels, at least 9.
        widths: Channels of the three groups.
        activation: "gelu", as published, or "relu", which costs less where convolutions are fast.
    """
    return Airbench(
        num_classes=num_classes, in_channels=in_channels, image_size=image_size,
        widths=widths, depth=2, momentum=0.4, activation=activation,
    )  # fmt: skip


@register
def airbench96(
    *,
    num_classes: int = 10,
    in_channels: int = 3,
    image_size: int = 32,
    widths: Sequence[int] = (128, 384, 512),
    activation: Literal["gelu", "relu"] = "gelu",
) -> Airbench:
    """airbench96: three convolutions a group, the last two around a shortcut; 96 % in 37 epochs.

    Args:
        num_classes: Classes of the task.
        in_channels: Channels of the input.
        image_size: Side of the square input in pixels, at least 9.
        widths: Channels of the three groups.
        activation: "gelu", as published, or "relu".
    """
    return Airbench(
        num_classes=num_classes, in_channels=in_channels, image_size=image_size,
        widths=widths, depth=3, momentum=0.1, activation=activation,
    )  # fmt: skip
