"""Residual networks for ImageNet and their plain twins (He, Zhang, Ren, Sun 2015, arXiv:1512.03385)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, TypedDict

from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import Unpack

from architectures.arguments import one_of, positive
from architectures.registry import register

Shortcut = Literal["A", "B", "C", "none"]
"""The paper's options A, B and C, and "none" for a plain network."""
Stem = Literal["imagenet", "cifar"]
StrideOn = Literal["3x3", "1x1"]


# --- blocks ---------------------------------------------------------------------------------------


def conv(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    """A convolution without bias, since normalisation follows; stride 1 keeps the image's size."""
    return nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)


class ZeroPadShortcut(nn.Module):
    """Option A, free of params: skip pixels and pad with zero channels.

    (N, inputs, H, W) to (N, outputs, ceil(H / stride), ceil(W / stride)).
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.padding = outputs - inputs

    def forward(self, x: Tensor) -> Tensor:
        """Subsample and pad."""
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.padding))


def make_shortcut(option: Shortcut, inputs: int, outputs: int, stride: int) -> nn.Module | None:
    """The way around a block: identity where shapes agree (except option C), else as the option says."""
    if option == "none":
        return None
    if option != "C" and stride == 1 and inputs == outputs:
        return nn.Identity()
    if option == "A":
        return ZeroPadShortcut(inputs, outputs, stride)
    return nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions; (N, inputs, H, W) to (N, width, H / stride, W / stride)."""

    def __init__(self, inputs: int, width: int, stride: int, shortcut: Shortcut) -> None:
        super().__init__()
        self.outputs = width
        self.conv1 = conv(inputs, width, 3, stride)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv(width, width, 3)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = make_shortcut(shortcut, inputs, self.outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Residual plus shortcut; the residual alone in a plain network."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        out: Tensor = self.relu(y if self.shortcut is None else y + self.shortcut(x))
        return out

    @property
    def last_norm(self) -> nn.BatchNorm2d:
        """The normalisation right before the addition."""
        return self.bn2


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions; (N, inputs, H, W) to (N, 4 width, H / stride, W / stride).

    The paper strides on the first 1x1 (v1); most code strides on the 3x3 (v1.5), at more MACs.
    """

    def __init__(
        self, inputs: int, width: int, stride: int, shortcut: Shortcut, *, stride_on: StrideOn = "3x3"
    ) -> None:
        super().__init__()
        self.outputs = 4 * width
        first, second = (1, stride) if stride_on == "3x3" else (stride, 1)
        self.conv1 = conv(inputs, width, 1, first)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = conv(width, width, 3, second)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = conv(width, self.outputs, 1)
        self.bn3 = nn.BatchNorm2d(self.outputs)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = make_shortcut(shortcut, inputs, self.outputs, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Residual plus shortcut; the residual alone in a plain network."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        out: Tensor = self.relu(y if self.shortcut is None else y + self.shortcut(x))
        return out

    @property
    def last_norm(self) -> nn.BatchNorm2d:
        """The normalisation right before the addition."""
        return self.bn3


Block = Callable[[int, int, int, Shortcut], BasicBlock | Bottleneck]
"""Inputs, width, stride and shortcut to a block."""


# --- network --------------------------------------------------------------------------------------


class ResNet(nn.Module):
    """A stem, stages of blocks that halve the image and double the width, average pooling, a linear head."""

    def __init__(  # noqa: PLR0913 - each is a knob of the paper's or of its descendants
        self,
        block: Block,
        depths: tuple[int, ...],
        *,
        num_classes: int = 1000,
        in_channels: int = 3,
        width: int = 64,
        stem: Stem = "imagenet",
        shortcut: Shortcut = "B",
        zero_init_last_gamma: bool = False,
    ) -> None:
        super().__init__()
        positive("width", width)
        one_of("stem", stem, ("imagenet", "cifar"))
        if stem == "imagenet":
            layers = [conv(in_channels, width, 7, 2), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
            self.stem = nn.Sequential(*layers, nn.MaxPool2d(3, 2, padding=1))
        else:
            layers = [conv(in_channels, width, 3), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
            self.stem = nn.Sequential(*layers)

        self.stages = nn.Sequential()
        channels = width
        for stage, depth in enumerate(depths):
            blocks = nn.Sequential()
            for index in range(depth):
                stride = 2 if stage > 0 and index == 0 else 1
                following = block(channels, width * 2**stage, stride, shortcut)
                blocks.append(following)
                channels = following.outputs
            self.stages.append(blocks)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(channels, num_classes)
        initialise(self)
        if zero_init_last_gamma:
            zero_last_gammas(self)

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) to logits (N, classes)."""
        logits: Tensor = self.head(self.pool(self.stages(self.stem(images))).flatten(1))
        return logits


def initialise(network: nn.Module) -> None:
    """He initialisation of convolutions (arXiv:1502.01852), by fan-out; BN starts at 1 and 0."""
    for module in network.modules():
        # Tensors on the meta device hold no values, and drawing none of them takes its time, too.
        if isinstance(module, nn.Conv2d) and not module.weight.is_meta:
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def zero_last_gammas(network: nn.Module) -> None:
    """Let every block start as its shortcut (Goyal et al. 2017, arXiv:1706.02677)."""
    for module in network.modules():
        if isinstance(module, BasicBlock | Bottleneck):
            nn.init.zeros_(module.last_norm.weight)


# --- constructors ---------------------------------------------------------------------------------


class PlainOptions(TypedDict, total=False):
    """Options of the plain networks."""

    num_classes: int
    """Classes of the task; 1000."""
    in_channels: int
    """Channels of the input; 3."""
    width: int
    """Channels of the first stage; 64."""
    stem: Stem
    """"imagenet": 7x7 with stride 2 and pooling (default); "cifar": 3x3, for small images."""


class ResidualOptions(PlainOptions, total=False):
    """Options of networks of basic blocks."""

    shortcut: Literal["A", "B", "C"]
    """"A": zero padding; "B": projections where the shape changes (default); "C": projections everywhere."""
    zero_init_last_gamma: bool
    """Start the last BN weight of every block at 0; false."""


class BottleneckOptions(ResidualOptions, total=False):
    """Options of networks of bottleneck blocks."""

    stride_on: StrideOn
    """"3x3": v1.5 (default); "1x1": v1, the paper's."""


def plain(*depths: int, **options: Unpack[PlainOptions]) -> ResNet:
    """Basic blocks without shortcuts."""
    return ResNet(BasicBlock, depths, shortcut="none", **options)


def residual(*depths: int, **options: Unpack[ResidualOptions]) -> ResNet:
    """Basic blocks with shortcuts."""
    one_of("shortcut", options.get("shortcut", "B"), ("A", "B", "C"))
    return ResNet(BasicBlock, depths, **options)


def bottleneck(*depths: int, stride_on: StrideOn = "3x3", **options: Unpack[ResidualOptions]) -> ResNet:
    """Bottleneck blocks with shortcuts."""
    one_of("stride_on", stride_on, ("3x3", "1x1"))
    one_of("shortcut", options.get("shortcut", "B"), ("A", "B", "C"))
    return ResNet(partial(Bottleneck, stride_on=stride_on), depths, **options)


@register
def plain18(**options: Unpack[PlainOptions]) -> ResNet:
    """ResNet-18 without its shortcuts and projections."""
    return plain(2, 2, 2, 2, **options)


@register
def plain34(**options: Unpack[PlainOptions]) -> ResNet:
    """ResNet-34 without its shortcuts and projections."""
    return plain(3, 4, 6, 3, **options)


@register
def resnet18(**options: Unpack[ResidualOptions]) -> ResNet:
    """ResNet-18: 11,689,512 params at 1000 classes."""
    return residual(2, 2, 2, 2, **options)


@register
def resnet34(**options: Unpack[ResidualOptions]) -> ResNet:
    """ResNet-34: 21,797,672 params at 1000 classes."""
    return residual(3, 4, 6, 3, **options)


@register
def resnet50(**options: Unpack[BottleneckOptions]) -> ResNet:
    """ResNet-50: 25,557,032 params at 1000 classes."""
    return bottleneck(3, 4, 6, 3, **options)


@register
def resnet101(**options: Unpack[BottleneckOptions]) -> ResNet:
    """ResNet-101: 44,549,160 params at 1000 classes."""
    return bottleneck(3, 4, 23, 3, **options)


@register
def resnet152(**options: Unpack[BottleneckOptions]) -> ResNet:
    """ResNet-152: 60,192,808 params at 1000 classes."""
    return bottleneck(3, 8, 36, 3, **options)
