"""What each architecture's trials decided by measuring: the compiler, and the batch of an evaluation."""

from __future__ import annotations

import pandas as pd

from bench.analysis.trials import Outcome
from bench.records import Choices

COLUMNS = (
    "label", "seed", "memory_format", "channels_last_seconds", "contiguous_seconds",
    "compile_variant", "eager_seconds", "compiled_seconds", "graphs_seconds",
    "compile_seconds", "failure", "evaluation_batch_size",
)  # fmt: skip


def decision_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row a trial that decided something; seconds per training step, and seconds that compiling took."""
    chosen = [
        (outcome.trial.label, outcome.trial.seed, outcome.record.choices)
        for outcome in outcomes
        if outcome.record and outcome.record.choices
    ]
    found = [_row(label, seed, choices) for label, seed, choices in chosen if _decided(choices)]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _decided(choices: Choices) -> bool:
    tried = choices.memory_format_trial, choices.compile_trial, choices.evaluation_batch_size
    return any(found is not None for found in tried)


def _row(label: str, seed: int, choices: Choices) -> dict[str, object]:
    layouts, steps = choices.memory_format_trial or {}, choices.compile_trial or {}
    return {
        "label": label,
        "seed": seed,
        "memory_format": choices.memory_format,
        "channels_last_seconds": layouts.get("channels_last"),
        "contiguous_seconds": layouts.get("contiguous"),
        "compile_variant": choices.compile_variant,
        "eager_seconds": steps.get("eager"),
        "compiled_seconds": steps.get("compiled"),
        "graphs_seconds": steps.get("compiled with CUDA graphs"),
        "compile_seconds": choices.compile_seconds.get("compiled"),
        "failure": "; ".join(f"{name}: {why}" for name, why in choices.compile_failures.items()) or None,
        "evaluation_batch_size": choices.evaluation_batch_size,
    }
