"""Where a training begins: at its own checkpoint, at that of another trial, or at its seed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from bench.measurements.training import checkpoint, initial
from bench.measurements.training.optimizer_state import moments_for
from bench.measurements.training.slow_weights import SlowWeights
from bench.records import EpochFacts, InitialFacts

if TYPE_CHECKING:
    from bench.measurements.training.loop import Report, Training


def begin(training: Training, path: Path, optimizer: torch.optim.Optimizer, report: Report) -> None:
    """Bring a new training to where it was when it was stopped; several processes to the same place.

    Args:
        training: As it was made.
        path: Of its checkpoint, which need not be there.
        optimizer: Of the training's network; gets its moments.
        report: Takes notices.

    Raises:
        BenchError: A checkpoint cannot be used.
    """
    if training.replicas.leading:
        state = checkpoint.load(
            path, training.trial.id, lambda text: report({"kind": "notice", "text": text})
        )
        if state is not None:
            _resume(training, state, optimizer)
        else:
            _start(training, optimizer)
    if training.replicas.several:
        # All take over where the first one starts from: it alone has read any files.
        state = training.replicas.agree(state_of(training, optimizer))
        if not training.replicas.leading:
            training.model.load_state_dict(state["model"])
            _continue(training, state, optimizer)
    if training.trial.recipe.lookahead and training.slow is None:
        training.slow = SlowWeights(training.model, training.trial.recipe.lookahead)


def state_of(training: Training, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """All that the next epoch depends on; data order and augmentation follow from seed and epoch."""
    return {
        "trial": training.trial.model_dump(mode="json"),
        "initial": None if training.initial is None else training.initial.model_dump(),
        "resumed": training.resumed,
        "evaluation_seconds": training.evaluation_seconds,
        "watch": training.watch.state(),
        "history": [epoch.model_dump() for epoch in training.history],
        "processes": training.processes,
        "model": training.model.state_dict(),
        "optimizer": optimizer.state_dict(),
        **({} if training.slow is None else {"slow": training.slow.state()}),
    }


def _start(training: Training, optimizer: torch.optim.Optimizer) -> None:
    """From a checkpoint of another trial, or from the seed, after a look at the images where wanted."""
    if training.origin is None:
        training.initial = initial.fit(training.model, training.train, training.pipeline, training.device)
        return
    state, training.initial = initial.load(training.trial, training.origin)
    initial.load_weights(training.model, state["model"], training.origin)
    if training.initial.keep == "training":
        recipe = training.trial.recipe
        state["optimizer"]["state"] = moments_for(training.model, recipe.optimizer, state, training.origin)
        _continue(training, state, optimizer)


def _resume(training: Training, state: dict[str, Any], optimizer: torch.optim.Optimizer) -> None:
    """After an interruption of this very trial."""
    training.model.load_state_dict(state["model"])
    _continue(training, state, optimizer)
    training.resumed = state["resumed"] + 1
    facts = state.get("initial")
    training.initial = None if facts is None else InitialFacts.model_validate(facts)


def _continue(training: Training, state: dict[str, Any], optimizer: torch.optim.Optimizer) -> None:
    """Take over what the next epoch depends on besides the weights."""
    # Rates, momenta and penalties are the recipe's; the state holds moments only.
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state["optimizer"]["state"], "param_groups": groups})
    if training.trial.recipe.lookahead:
        training.slow = SlowWeights(training.model, training.trial.recipe.lookahead, state.get("slow"))
    training.history = [EpochFacts.model_validate(epoch) for epoch in state["history"]]
    training.evaluation_seconds = state["evaluation_seconds"]
    if "watch" in state:  # not in earlier checkpoints, whose epochs are certified without
        training.watch.resume(state["watch"])
    training.processes = list(state.get("processes", [1] * len(training.history)))
