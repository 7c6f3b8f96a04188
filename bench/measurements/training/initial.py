"""Initial weights that do not come from the seed alone: fitted to images, or from a checkpoint."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from architectures.fitted import FittedToImages
from bench.data.batches import ImageSet, Pipeline, in_order
from bench.errors import DataError
from bench.measurements.device import Device
from bench.measurements.training import checkpoint
from bench.pinning import sha256_of
from bench.plan import Trial
from bench.records import InitialFacts
from bench.store import CHECKPOINT_FILE, beside, generations

SAME_IMAGES = (
    "name", "path", "limit", "validation", "image_size", "stored_size", "channels", "normalize",
)  # fmt: skip
"""Keys of a data set on which it hangs what accuracies of earlier epochs were measured on."""

MOST_DIFFERENCES = 8
"""Layers named when a checkpoint does not fit."""


def fit(model: nn.Module, train: ImageSet, pipeline: Pipeline, device: Device) -> InitialFacts | None:
    """Let a network that wants to look at training images do so; None where it does not."""
    if not isinstance(model, FittedToImages):
        return None
    device.synchronize()
    started = time.perf_counter()
    shown = train.first(model.fitting_images)
    if len(shown.labels.unique()) < len(train.labels.unique()):  # class folders come one after the other
        shown = train.sample(model.fitting_images)
    images, _ = next(in_order(shown, len(shown), pipeline))
    model.fit_to_images(images)
    device.synchronize()
    return InitialFacts(fitted_images=len(images), fitting_seconds=time.perf_counter() - started)


def checkpoint_path(trial: Trial, folder: Path) -> Path | None:
    """The checkpoint that a trial starts from; None where it starts from its seed.

    Args:
        trial: Says which.
        folder: The trial's own folder.
    """
    if trial.origin is not None:
        return beside(folder, trial.origin) / CHECKPOINT_FILE
    start = trial.recipe.init_from
    return None if start is None or start.checkpoint is None else Path(start.checkpoint).expanduser()


def load(trial: Trial, path: Path) -> tuple[dict[str, Any], InitialFacts]:
    """Read the checkpoint that a trial starts from, and make sure that it is the right one.

    Raises:
        DataError: It is missing, not the one that was planned with, or of a training that did not end.
        StoreError: It is damaged.
    """
    start, origin = trial.recipe.init_from, trial.origin
    assert start is not None
    if not path.is_file():
        hint = f"train {origin.label!r} first, without --only" if origin else "see recipe.init_from"
        raise DataError(f"{path}: the checkpoint to start from is not there; {hint}")
    digest = sha256_of(path)
    if start.sha256 is not None and digest != start.sha256:
        raise DataError(f"{path}: changed since the run was planned; start the run again")
    checksums = generations.checksums_of(path) if origin else None
    state = checkpoint.read(path, "the trial that starts from it needs it", checksums)
    epochs = len(state["history"])
    if origin is not None and (state["trial_id"] != origin.id or epochs < origin.recipe.epochs):
        raise DataError(
            f"{path}: {origin.label!r} is to train for {origin.recipe.epochs} epochs, and this checkpoint "
            f"is one of trial {state['trial_id']} after {epochs}; finish it first"
        )
    earlier = Trial.model_validate(state["trial"]) if "trial" in state else None
    facts = InitialFacts(
        checkpoint_sha256=digest,
        trial_id=state["trial_id"],
        label=earlier.label if earlier else "",
        epochs=epochs,
        keep=start.keep,
        validation_seen=_may_have_seen_validation(trial, earlier, state.get("initial") or {}),
    )
    if start.keep == "training":
        _refuse_other_training(trial, earlier, epochs, path)
    return state, facts


def load_weights(model: nn.Module, weights: Mapping[str, Tensor], path: Path) -> None:
    """Copy a checkpoint's parameters and buffers into a network of the same layers.

    Raises:
        DataError: Names or shapes differ; the message lists them.
    """
    differences = list(_differences(model.state_dict(), weights))
    if differences:
        listed = differences[:MOST_DIFFERENCES]
        more = len(differences) - len(listed)
        tail = [f"and {more} more"] if more else []
        raise DataError("\n  ".join([f"{path}: weights of another network:", *listed, *tail]))
    model.load_state_dict(weights)


def _differences(ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> Iterator[str]:
    for name, tensor in ours.items():
        if name not in theirs:
            yield f"{name}: not in the checkpoint"
        elif theirs[name].shape != tensor.shape:
            yield f"{name}: {_shape(theirs[name])} in the checkpoint, {_shape(tensor)} in the network"
    yield from (f"{name}: not in the network" for name in theirs if name not in ours)


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "a number"


def _may_have_seen_validation(trial: Trial, earlier: Trial | None, before: Mapping[str, Any]) -> bool:
    """Whether images held out here were trained on by the earlier trial, or by what that one started from."""
    if trial.dataset.validation == "test":
        return False
    if earlier is None or (earlier.seed, earlier.dataset) != (trial.seed, trial.dataset):
        return True
    return bool(before.get("validation_seen"))


def _refuse_other_training(trial: Trial, earlier: Trial | None, epochs: int, path: Path) -> None:
    """A training is continued by the same optimiser only, on the same images, and towards more epochs."""
    if earlier is None or earlier.recipe.optimizer.name != trial.recipe.optimizer.name:
        theirs = earlier.recipe.optimizer.name if earlier else "an unknown optimiser"
        raise DataError(
            f"{path}: trained by {theirs}, to be continued by {trial.recipe.optimizer.name}; "
            'keep the optimiser, or the weights alone (init_from.keep = "weights")'
        )
    other = [key for key in SAME_IMAGES if getattr(earlier.dataset, key) != getattr(trial.dataset, key)]
    if other:
        raise DataError(
            f"{path}: trained on other images ({', '.join(f'dataset.{key}' for key in other)}), so that its "
            'epochs are none of this trial; keep the weights alone (init_from.keep = "weights")'
        )
    if earlier.seed != trial.seed:
        raise DataError(
            f"{path}: trained with seed {earlier.seed}, so that its epochs are none of seed {trial.seed}; "
            "start each seed from a trial of its own (init_from.trial), set recipe.seeds = "
            f'[{earlier.seed}], or keep the weights alone (init_from.keep = "weights")'
        )
    if epochs >= trial.recipe.epochs:
        raise DataError(
            f"{path}: already trained for {epochs} epochs of {trial.recipe.epochs}; set epochs to more"
        )
