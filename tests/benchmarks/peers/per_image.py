"""The loop of most tutorials and comparisons: per-image transforms, float32, `loss.item()`."""

from __future__ import annotations

from itertools import count

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms

from peers.images import DEVIATION, MEAN, datasets
from peers.network import build, device
from peers.setting import BETAS, LEARNING_RATE, PADDING, Setting
from peers.stopwatch import Stopwatch


def train(setting: Setting, stopwatch: Stopwatch) -> float:
    """Train the asked epochs and return the test accuracy."""
    train_set, test_set = datasets(setting)
    side = train_set.images.shape[1]
    tensor = [transforms.ToTensor(), transforms.Normalize(MEAN, DEVIATION)]
    augment = [transforms.RandomCrop(side, padding=PADDING), transforms.RandomHorizontalFlip()]
    train_set.transform = transforms.Compose([*(augment if setting.augmented else []), *tensor])
    test_set.transform = transforms.Compose(tensor)
    options = setting.loader_options(pin_memory=device().type == "cuda")
    train_loader = DataLoader(train_set, shuffle=True, **options)
    test_loader = DataLoader(test_set, **options)

    model = build(setting).to(device())
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, betas=BETAS, weight_decay=0)
    accuracy = 0.0
    for _ in range(setting.epochs) if setting.epochs else count():
        model.train()
        running_loss, correct = 0.0, 0
        for batch in train_loader:
            images, labels = (tensor.to(device()) for tensor in batch)
            optimizer.zero_grad()
            logits = model(images)
            loss = criterion(logits, labels)
            loss.backward()
            optimizer.step()
            running_loss += loss.item()
            correct += (logits.argmax(1) == labels).sum().item()
            stopwatch.step(len(labels))
        stopwatch.pause()
        accuracy = evaluate(model, test_loader)
    return accuracy


def evaluate(model: nn.Module, loader: DataLoader) -> float:
    """Top-1 accuracy, as a fraction."""
    model.eval()
    correct = total = 0
    with torch.no_grad():
        for batch in loader:
            images, labels = (tensor.to(device()) for tensor in batch)
            correct += (model(images).argmax(1) == labels).sum().item()
            total += len(labels)
    return correct / total
