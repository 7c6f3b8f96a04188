"""A slice of the loss landscape around the trained weights, along filter-normalised random directions.

Source: Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", section 4: each filter of a random
Gaussian direction is scaled to the norm of the network's own filter; biases and normalisation stay where they
are.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor, nn

from bench.data.batches import derive_seed
from bench.measurements.subject import Subject
from bench.measurements.training.evaluation import evaluate
from bench.measurements.training.parameter_groups import of_norms
from bench.records import LANDSCAPE_COLUMNS


def measure(subject: Subject) -> dict[str, object]:
    """Write landscape.csv; the weights are put back."""
    wanted, training = subject.trial.loss_landscape, subject.training
    assert wanted is not None
    model = training.model
    images = training.train.sample(wanted.images)
    generator = Generator().manual_seed(derive_seed(subject.trial.seed, "landscape"))
    directions = [filter_normalised(model, generator) for _ in range(wanted.dimensions)]
    centre = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    last = wanted.points - 1  # not by torch.linspace, which misses the trained weights by a rounding error
    steps = [wanted.span * (2 * place / last - 1) for place in range(wanted.points)]
    rows = []
    for y in steps if wanted.dimensions == 2 else [0.0]:
        for x in steps:
            move(model, centre, directions, (x, y))
            found = evaluate(model, images, training.pipeline, subject.device, training.evaluation_batch_size)
            rows.append(dict(zip(LANDSCAPE_COLUMNS, (x, y, found.loss, found.accuracy), strict=True)))
    move(model, centre, directions, (0.0, 0.0))
    subject.store.write_table("landscape", LANDSCAPE_COLUMNS, rows)
    return {}


def filter_normalised(model: nn.Module, generator: Generator) -> dict[str, Tensor]:
    """A random direction in weight space, by name of the parameter; (out, ...) is scaled filter by filter."""
    direction, norms = {}, of_norms(model)
    for name, weight in model.named_parameters():
        if weight.ndim < 2 or id(weight) in norms:
            continue
        random = torch.randn(weight.shape, generator=generator).to(weight)
        flat, own = random.flatten(1), weight.detach().flatten(1)
        scale = own.norm(dim=1) / flat.norm(dim=1).clamp_min(1e-10)
        direction[name] = random * scale.view(-1, *[1] * (weight.ndim - 1))
    return direction


@torch.no_grad()
def move(
    model: nn.Module, centre: dict[str, Tensor], directions: list[dict[str, Tensor]], steps: tuple[float, ...]
) -> None:
    """Set the weights to `centre` plus steps along the directions; zero steps give its very bits."""
    for name, weight in model.named_parameters():
        weight.copy_(centre[name])
        for step, direction in zip(steps, directions, strict=False):
            if step and name in direction:
                weight.add_(direction[name], alpha=step)
