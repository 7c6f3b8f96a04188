"""Why a network learns or does not: gradients over depth and along training, dead units, the first steps."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from bench.analysis.frames import groups
from bench.analysis.trials import Outcome, stacked

SIGNAL_COLUMNS = (
    "label", "seed", "epoch", "layers", "gradient_change", "gradient_spread", "dead_units", "units",
)  # fmt: skip


def gradient_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row a trial, epoch and convolution or linear layer."""
    return stacked(outcomes, "gradient_flow.csv")


def activation_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row a trial, epoch and call of a layer or of a ReLU."""
    return stacked(outcomes, "activations.csv")


def first_steps_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row a trial and training step."""
    return stacked(outcomes, "first_steps.csv")


def landscape_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row a trial and place."""
    return stacked(outcomes, "landscape.csv")


def signal_table(gradients: pd.DataFrame, activations: pd.DataFrame) -> pd.DataFrame:
    """One row a trial and epoch: how the gradient changes over depth, and how many units are dead.

    `gradient_change` is the change of the gradient's L2 norm on its way back from the last layer before the
    classifier to the first, in decades: the slope of log10(norm) over depth by least squares, times the
    depth, from output to input; 0 means preserved, below 0 vanishing, above 0 exploding. `gradient_spread` is
    the distance between the largest and the smallest norm among the same layers, in decades. Layers without a
    gradient are left out, as frozen ones are and those behind a zero; but where the first layer that is
    trained gets none while others do, nothing is preserved, and the change is minus infinity. Dead units are
    channels whose ReLU is zero for all images of the probe, over all ReLUs.
    """
    dead = {}
    for key, group in groups(activations[activations["kind"] == "rectified"], "label", "seed", "epoch"):
        dead[key] = (group["dead_units"].sum(), group["units"].sum())
    table = []
    for key, group in groups(gradients, "label", "seed", "epoch"):
        trained = group[(group["depth"] < group["depth"].max()) & group["gradient_norm"].notna()]
        body = trained[trained["gradient_norm"] > 0]
        depth, norms = body["depth"].to_numpy(float), np.log10(body["gradient_norm"].to_numpy(float))
        change = slope(depth, norms) * (depth.min() - depth.max()) if len(body) > 1 else np.nan
        if len(body) and depth.min() > trained["depth"].min():
            change = -np.inf
        spread = norms.max() - norms.min() if len(body) else np.nan
        table.append((*key, len(body), change, spread, *dead.get(key, (np.nan, np.nan))))
    return pd.DataFrame(table, columns=list(SIGNAL_COLUMNS))


def slope(x: Iterable[float], y: Iterable[float]) -> float:
    """Of the straight line by least squares."""
    x, y = np.asarray(list(x), float), np.asarray(list(y), float)
    centred = x - x.mean()
    return float((centred * y).sum() / (centred**2).sum())
