"""A plain CNN: two pairs of unpadded 3x3 convolutions with pooling, then one linear layer."""

from __future__ import annotations

from torch import Tensor, nn

from architectures.arguments import at_least, positive
from architectures.registry import register


class PlainCNN(nn.Module):
    """Conv-conv-ReLU-pool, twice, and a linear classifier: 65,568 params before the head at width 32."""

    def __init__(self, *, num_classes: int, in_channels: int, image_size: int, width: int) -> None:
        super().__init__()
        at_least(16, image_size)
        positive("width", width)
        side = ((image_size - 4) // 2 - 4) // 2  # two unpadded convolutions take 4 pixels, pooling halves
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, width, 3),
            nn.Conv2d(width, width, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(width, 2 * width, 3),
            nn.Conv2d(2 * width, 2 * width, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.head = nn.Linear(2 * width * side * side, num_classes)

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) to logits (N, classes)."""
        logits: Tensor = self.head(self.body(images).flatten(1))
        return logits


@register
def plain_cnn(
    *, num_classes: int = 10, in_channels: int = 3, image_size: int = 32, width: int = 32
) -> PlainCNN:
    """The plain CNN; `width` is the number of channels of the first two convolutions."""
    return PlainCNN(num_classes=num_classes, in_channels=in_channels, image_size=image_size, width=width)
