"""Plain and residual networks of equal depth, side by side: what the shortcuts change, paired by seed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from bench.analysis.frames import groups, where
from bench.analysis.statistics import mean_interval, paired_difference
from bench.spec import Suite

COLUMNS = (
    "plain", "residual", "quantity", "plain_mean", "residual_mean", "seeds", "difference", "low", "high",
    "verdict",
)  # fmt: skip

Values = Mapping[str, Mapping[int, float]]
"""By label and seed."""


def twins(suite: Suite, labels: tuple[str, ...]) -> list[tuple[str, str]]:
    """Labels of plain networks and their residual counterparts, by the names of the networks.

    Those alone that were trained alike, or what the recipes change would be put down to the shortcuts.
    """
    recipes = {entry.label: suite.recipe_of(entry) for entry in suite.architectures}
    names = {entry.label: entry.name for entry in suite.architectures if entry.label in labels}
    args = {entry.label: entry.args for entry in suite.architectures}
    return [
        (plain, residual)
        for plain, name in names.items()
        for residual, other in names.items()
        if "plain" in name
        and other == name.replace("plain", "resnet")
        and _comparable(args[plain], args[residual])
        and recipes[plain] == recipes[residual]
    ]


def twin_table(
    pairs: list[tuple[str, str]], signals: pd.DataFrame, first_steps: pd.DataFrame, epochs: pd.DataFrame
) -> pd.DataFrame:
    """One row a pair and quantity: means and difference with its 95 % interval, on common seeds.

    Args:
        pairs: Of labels; see `twins`.
        signals: See `bench.analysis.gradients.signal_table`.
        first_steps: One row a trial and step.
        epochs: One row a trial and epoch.
    """
    if not pairs:
        return pd.DataFrame(columns=list(COLUMNS))
    quantities = _quantities(signals, where(first_steps, status="done"), where(epochs, status="done"))
    table = []
    for plain, residual in pairs:
        for quantity, values in quantities.items():
            one, other = values.get(plain, {}), values.get(residual, {})
            difference = paired_difference(other, one)
            if difference.n:
                common = one.keys() & other.keys()
                means = [mean_interval(side[seed] for seed in common).mean for side in (one, other)]
                ends = difference.mean, difference.low, difference.high
                row = (plain, residual, quantity, *means, difference.n, *ends, _verdict(difference.verdict))
                table.append(dict(zip(COLUMNS, row, strict=True)))
    return pd.DataFrame(table, columns=list(COLUMNS))


def _quantities(signals: pd.DataFrame, first_steps: pd.DataFrame, epochs: pd.DataFrame) -> dict[str, Values]:
    last = signals.groupby(["label", "seed"])["epoch"].transform("max") if len(signals) else signals["epoch"]
    ended = epochs.groupby(["label", "seed"])["epoch"].transform("max") if len(epochs) else epochs["epoch"]
    start, end = where(signals, epoch=0), _finished(signals[signals["epoch"] == last], epochs)
    return {
        "gradient change over depth at initialisation (decades)": _by(start, "gradient_change"),
        "gradient change over depth after training (decades)": _by(end, "gradient_change"),
        "gradient spread over layers at initialisation (decades)": _by(start, "gradient_spread"),
        "agreement of successive gradients, first 100 steps (cosine)": _by(first_steps, "agreement"),
        "training loss, mean of the first 100 steps (nats)": _by(first_steps, "loss"),
        "training loss of the first epoch (nats)": _by(where(epochs, epoch=1), "train_loss"),
        "test accuracy after the first epoch": _by(where(epochs, epoch=1), "test_accuracy"),
        "training loss of the last epoch (nats)": _by(epochs[epochs["epoch"] == ended], "train_loss"),
        "test accuracy of the last epoch": _by(epochs[epochs["epoch"] == ended], "test_accuracy"),
    }


def _finished(table: pd.DataFrame, epochs: pd.DataFrame) -> pd.DataFrame:
    """The rows of the trials that `epochs` holds."""
    return table.merge(epochs[["label", "seed"]].drop_duplicates(), on=["label", "seed"])


def _by(table: pd.DataFrame, column: str) -> Values:
    """Mean of a column by label and seed."""
    values: dict[str, dict[int, float]] = {}
    for (label, seed), group in groups(table, "label", "seed"):
        values.setdefault(label, {})[int(seed)] = float(group[column].astype(float).mean())
    return values


def _comparable(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether the twins are equal in every argument that both have."""
    return all(one[key] == other[key] for key in one.keys() & other.keys())


def _verdict(verdict: str) -> str:
    return {"first": "residual is higher", "second": "plain is higher"}.get(verdict, verdict)
