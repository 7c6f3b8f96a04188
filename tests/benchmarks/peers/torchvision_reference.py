"""torchvision's reference recipe for classification (references/classification) with its transforms v2.

Written after that script's structure: presets as `--use-v2` with the PIL backend builds them, a sampler,
meters of loss and of top-1 and top-5 accuracy at every step, autocast with `--amp`. Cropping is the padded
one of CIFAR-10 instead of the random resized one of ImageNet; what is off by default stays off.
"""

from __future__ import annotations

from collections import deque
from itertools import count
from statistics import median

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, RandomSampler, SequentialSampler
from torchvision.transforms import v2

from peers.images import DEVIATION, MEAN, datasets
from peers.network import build, device
from peers.setting import BETAS, LEARNING_RATE, PADDING, Setting
from peers.stopwatch import Stopwatch

PRINT_EVERY = 10
"""Steps between two lines of the recipe's log."""


class Meter:
    """A running mean and the median of the last twenty values."""

    def __init__(self) -> None:
        self.recent: deque[float] = deque(maxlen=20)
        self.total = self.count = 0.0

    def update(self, value: float, n: int = 1) -> None:
        self.recent.append(value)
        self.total += value * n
        self.count += n

    def __str__(self) -> str:
        return f"{median(self.recent):.4f} ({self.total / self.count:.4f})"


def train(setting: Setting, stopwatch: Stopwatch) -> float:
    """Train the asked epochs and return the test accuracy."""
    train_set, test_set = datasets(setting)
    side = train_set.images.shape[1]
    pixels = [
        v2.PILToTensor(),
        v2.ToDtype(torch.float, scale=True),
        v2.Normalize(MEAN, DEVIATION),
        v2.ToPureTensor(),
    ]
    augment = [v2.RandomCrop(side, padding=PADDING), v2.RandomHorizontalFlip()]
    train_set.transform = v2.Compose([*(augment if setting.augmented else []), *pixels])
    test_set.transform = v2.Compose(pixels)
    options = setting.loader_options(pin_memory=device().type == "cuda")
    train_loader = DataLoader(train_set, sampler=RandomSampler(train_set), **options)
    test_loader = DataLoader(test_set, sampler=SequentialSampler(test_set), **options)

    model = build(setting).to(device())
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, betas=BETAS, weight_decay=0)
    accuracy = 0.0
    for _ in range(setting.epochs) if setting.epochs else count():
        train_one_epoch(model, criterion, optimizer, train_loader, setting, stopwatch)
        stopwatch.pause()
        accuracy = evaluate(model, test_loader, setting)
    return accuracy


def train_one_epoch(  # noqa: PLR0917 - the recipe's own signature
    model: nn.Module,
    criterion: nn.Module,
    optimizer: torch.optim.Optimizer,
    loader: DataLoader,
    setting: Setting,
    stopwatch: Stopwatch,
) -> None:
    """One pass over the training images."""
    model.train()
    meters = {name: Meter() for name in ("loss", "acc1", "acc5")}
    for number, batch in enumerate(loader):
        images, labels = (tensor.to(device()) for tensor in batch)
        with torch.autocast(device().type, torch.bfloat16, enabled=setting.amp):
            logits = model(images)
            loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        top1, top5 = correct(logits, labels, (1, 5))
        meters["loss"].update(loss.item())
        meters["acc1"].update(top1.item() / len(labels), len(labels))
        meters["acc5"].update(top5.item() / len(labels), len(labels))
        if number % PRINT_EVERY == 0:
            print(number, *(f"{name}: {meter}" for name, meter in meters.items()))  # noqa: T201 - as the recipe does
        stopwatch.step(len(labels))


def correct(logits: Tensor, labels: Tensor, ranks: tuple[int, ...]) -> list[Tensor]:
    """How many labels (N) are among the k largest logits (N, classes), for each k."""
    with torch.inference_mode():
        largest = logits.topk(min(max(ranks), logits.shape[1])).indices
        hits = largest == labels[:, None]
        return [hits[:, :rank].sum() for rank in ranks]


def evaluate(model: nn.Module, loader: DataLoader, setting: Setting) -> float:
    """Top-1 accuracy, as a fraction."""
    model.eval()
    accuracy = Meter()
    with torch.inference_mode(), torch.autocast(device().type, torch.bfloat16, enabled=setting.amp):
        for batch in loader:
            images, labels = (tensor.to(device(), non_blocking=True) for tensor in batch)
            accuracy.update(correct(model(images), labels, (1,))[0].item() / len(labels), len(labels))
    return accuracy.total / accuracy.count
