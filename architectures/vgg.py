"""VGG networks (Simonyan & Zisserman 2015, arXiv:1409.1556), with and without batch normalisation."""

from __future__ import annotations

from typing import TypedDict

from torch import Tensor, nn
from typing_extensions import Unpack

from architectures.arguments import at_least, positive
from architectures.registry import register
from architectures.resnet import initialise

SMALLEST = 32
"""Five poolings halve the image; what remains of 32 pixels is one."""


# --- blocks ---------------------------------------------------------------------------------------


def features(in_channels: int, depths: tuple[int, ...], width: int, *, norm: bool) -> nn.Sequential:
    """Five stages of 3x3 convolutions, each halved by pooling; (N, C, H, W) to (N, 8 width, H / 32, W / 32).

    The width doubles from stage to stage, up to eight times the first. Convolutions carry biases,
    redundant where normalisation follows, as in every published variant.
    """
    layers: list[nn.Module] = []
    channels = in_channels
    for stage, depth in enumerate(depths):
        outputs = width * min(2**stage, 8)
        for _ in range(depth):
            layers.append(nn.Conv2d(channels, outputs, 3, padding=1))
            layers.extend([nn.BatchNorm2d(outputs)] if norm else [])
            layers.append(nn.ReLU(inplace=True))
            channels = outputs
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


# --- networks -------------------------------------------------------------------------------------


class VGG(nn.Module):
    """Convolutions, pooling to 7x7, and three linear layers, which hold most of the params."""

    def __init__(  # noqa: PLR0913 - three of them are the geometry
        self,
        depths: tuple[int, ...],
        *,
        norm: bool,
        num_classes: int = 1000,
        in_channels: int = 3,
        image_size: int = 224,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        at_least(SMALLEST, image_size)
        self.features = features(in_channels, depths, 64, norm=norm)
        self.pool = nn.AdaptiveAvgPool2d(7)
        self.head = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096), nn.ReLU(inplace=True), nn.Dropout(dropout),
            nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Dropout(dropout),
            nn.Linear(4096, num_classes),
        )  # fmt: skip
        initialise(self)
        for layer in self.head:
            if isinstance(layer, nn.Linear) and not layer.weight.is_meta:
                nn.init.normal_(layer.weight, 0, 0.01)  # the paper's
                nn.init.zeros_(layer.bias)

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) to logits (N, classes)."""
        logits: Tensor = self.head(self.pool(self.features(images)).flatten(1))
        return logits


class CifarVGG(nn.Module):
    """The convolutions of VGG-16 with normalisation, global average pooling, and one linear layer."""

    def __init__(self, *, num_classes: int, in_channels: int, image_size: int, width: int) -> None:
        super().__init__()
        at_least(SMALLEST, image_size)
        positive("width", width)
        self.features = features(in_channels, (2, 2, 3, 3, 3), width, norm=True)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(8 * width, num_classes)
        initialise(self)

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) to logits (N, classes)."""
        logits: Tensor = self.head(self.pool(self.features(images)).flatten(1))
        return logits


# --- constructors ---------------------------------------------------------------------------------


class VGGOptions(TypedDict, total=False):
    """Options of the ImageNet networks."""

    num_classes: int
    """Classes of the task; 1000."""
    in_channels: int
    """Channels of the input; 3."""
    image_size: int
    """Side of the square input in pixels, at least 32; 224. It moves MACs, not params."""
    dropout: float
    """Probability of dropping a feature between the linear layers; 0.5."""


@register
def vgg_cifar(
    *, num_classes: int = 10, in_channels: int = 3, image_size: int = 32, width: int = 64
) -> CifarVGG:
    """VGG-16 with BN for 32x32 images: 14,728,266 params at 10 classes.

    `width` is the number of channels of the first stage; params and MACs fall with its square, so that
    16 gives a network for a CPU.
    """
    return CifarVGG(num_classes=num_classes, in_channels=in_channels, image_size=image_size, width=width)


@register
def vgg11(**options: Unpack[VGGOptions]) -> VGG:
    """VGG-11 (configuration A): 132,863,336 params at 1000 classes."""
    return VGG((1, 1, 2, 2, 2), norm=False, **options)


@register
def vgg11_bn(**options: Unpack[VGGOptions]) -> VGG:
    """VGG-11 with batch normalisation: 132,868,840 params at 1000 classes."""
    return VGG((1, 1, 2, 2, 2), norm=True, **options)


@register
def vgg13(**options: Unpack[VGGOptions]) -> VGG:
    """VGG-13 (configuration B): 133,047,848 params at 1000 classes."""
    return VGG((2, 2, 2, 2, 2), norm=False, **options)


@register
def vgg13_bn(**options: Unpack[VGGOptions]) -> VGG:
    """VGG-13 with batch normalisation: 133,053,736 params at 1000 classes."""
    return VGG((2, 2, 2, 2, 2), norm=True, **options)


@register
def vgg16(**options: Unpack[VGGOptions]) -> VGG:
    """VGG-16 (configuration D): 138,357,544 params at 1000 classes."""
    return VGG((2, 2, 3, 3, 3), norm=False, **options)


@register
def vgg16_bn(**options: Unpack[VGGOptions]) -> VGG:
    """VGG-16 with batch normalisation: 138,365,992 params at 1000 classes."""
    return VGG((2, 2, 3, 3, 3), norm=True, **options)


@register
def vgg19(**options: Unpack[VGGOptions]) -> VGG:
    """VGG-19 (configuration E): 143,667,240 params at 1000 classes."""
    return VGG((2, 2, 4, 4, 4), norm=False, **options)


@register
def vgg19_bn(**options: Unpack[VGGOptions]) -> VGG:
    """VGG-19 with batch normalisation: 143,678,248 params at 1000 classes."""
    return VGG((2, 2, 4, 4, 4), norm=True, **options)
