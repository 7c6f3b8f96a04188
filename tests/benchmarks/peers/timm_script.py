"""timm's training script (train.py), from timm's own loader, optimiser factory and meters.

The script is no part of the package, so its loop is written here after its structure. Its defaults stay: the
prefetcher, which collates uint8 and normalises whole batches, persistent workers, no incomplete last batch,
no exponential moving average.
"""

from __future__ import annotations

from itertools import count

import torch
from timm.data import create_loader
from timm.optim import create_optimizer_v2
from timm.utils import AverageMeter, accuracy
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms

from peers.images import DEVIATION, MEAN, PILImages, datasets
from peers.network import build, device
from peers.setting import BATCH_SIZE, BETAS, LEARNING_RATE, PADDING, Setting
from peers.stopwatch import Stopwatch

LOG_EVERY = 50
"""Steps between two lines of the script's log."""


def train(setting: Setting, stopwatch: Stopwatch) -> float:
    """Train the asked epochs and return the test accuracy."""
    train_set, test_set = datasets(setting)
    train_loader, test_loader = (make_loader(images, setting, training=images is train_set)
                                 for images in (train_set, test_set))  # fmt: skip
    model = build(setting).to(device())
    criterion = nn.CrossEntropyLoss()
    optimizer = create_optimizer_v2(model, opt="adamw", lr=LEARNING_RATE, weight_decay=0.0, betas=BETAS)
    top1 = 0.0
    for epoch in range(setting.epochs) if setting.epochs else count():
        train_one_epoch(epoch, model, criterion, optimizer, train_loader, setting, stopwatch)
        stopwatch.pause()
        top1 = validate(model, test_loader, setting)
    return top1


def make_loader(images: PILImages, setting: Setting, *, training: bool) -> DataLoader:
    """The package's loader; the padded crop is put in by hand, since it has no option for that."""
    side = images.images.shape[1]
    loader = create_loader(
        images,
        input_size=(3, side, side),
        batch_size=BATCH_SIZE,
        is_training=training,
        no_aug=training,
        crop_pct=1.0,
        mean=MEAN,
        std=DEVIATION,
        num_workers=setting.workers,
        device=device(),
    )
    if training and setting.augmented:
        augment = [transforms.RandomCrop(side, padding=PADDING), transforms.RandomHorizontalFlip()]
        images.transform = transforms.Compose([*augment, images.transform])
    return loader


def train_one_epoch(  # noqa: PLR0917 - the script's own signature
    epoch: int,
    model: nn.Module,
    criterion: nn.Module,
    optimizer: torch.optim.Optimizer,
    loader: DataLoader,
    setting: Setting,
    stopwatch: Stopwatch,
) -> None:
    """One pass over the training images."""
    losses = AverageMeter()
    model.train()
    for number, (images, labels) in enumerate(loader):
        with torch.autocast(device().type, torch.bfloat16, enabled=setting.amp):
            loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.update(loss.item(), len(labels))
        if number % LOG_EVERY == 0:
            print(f"Train: {epoch} [{number}/{len(loader)}] Loss: {losses.val:.4g} ({losses.avg:.3g})")  # noqa: T201
        stopwatch.step(len(labels))


def validate(model: nn.Module, loader: DataLoader, setting: Setting) -> float:
    """Top-1 accuracy, as a fraction."""
    top1 = AverageMeter()
    model.eval()
    with torch.inference_mode(), torch.autocast(device().type, torch.bfloat16, enabled=setting.amp):
        for images, labels in loader:
            top1.update(accuracy(model(images), labels)[0].item(), len(labels))
    return top1.avg / 100
