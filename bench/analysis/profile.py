"""Where the time of a training step goes, and which layers are slow for the arithmetic they do."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.analysis.frames import groups
from bench.analysis.trials import Outcome, static_table
from bench.records import ProfileFacts

SLOW = 2.0
"""Times the network's average time per MAC from which a layer is called slow: half its average speed. Layers
of different shapes differ by less where the hardware is used well."""

NOTABLE = 0.02
"""Share of the time of all layers from which calling a layer slow is worth a reader's attention."""

LAYER_TIME_COLUMNS = (
    "label", "layer", "type", "forward_milliseconds", "backward_milliseconds", "milliseconds", "time_share",
    "macs", "mac_share", "forward_flops_per_second", "slowness", "slow",
)  # fmt: skip


def profile_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row a profiled architecture: `bench.records.ProfileFacts`, and the profiler's own share.

    `overhead` is how much longer than without the profiler a step took, `layer_overhead` the same where
    layers named themselves; 0.1 is a tenth longer.
    """
    found: dict[str, dict[str, object]] = {}
    for outcome in outcomes:
        facts = outcome.record.profile if outcome.record else None
        if facts is not None and "profile_phases.csv" in outcome.tables:
            found.setdefault(
                outcome.trial.label,
                {
                    **facts.model_dump(),
                    "overhead": facts.step_milliseconds / facts.unprofiled_milliseconds - 1,
                    "layer_overhead": facts.layers_milliseconds / facts.unprofiled_milliseconds - 1,
                },
            )
    columns = ["label", *ProfileFacts.model_fields, "overhead", "layer_overhead"]
    return pd.DataFrame([{"label": label} | row for label, row in found.items()], columns=columns)


def layer_time_table(
    outcomes: tuple[Outcome, ...], layers: pd.DataFrame, profiles: pd.DataFrame
) -> pd.DataFrame:
    """One row an architecture and module that took time: the time of a step beside the MACs of an image.

    `slowness` is the layer's time per MAC over that of all layers with MACs: 1 is the network's average, 3 is
    three times as slow for its arithmetic. Layers without MACs have time and no slowness.
    """
    times = static_table(outcomes, "layer_times.csv")
    if not len(times):
        return pd.DataFrame(columns=list(LAYER_TIME_COLUMNS))
    table = times.merge(layers[["label", "layer", "macs"]], on=["label", "layer"], how="left")
    table = table.merge(profiles[["label", "batch_size"]], on="label", how="left")
    table["macs"] = table["macs"].fillna(0)
    table["milliseconds"] = table["forward_milliseconds"] + table["backward_milliseconds"]
    return pd.concat([_shares(group) for _, group in groups(table, "label")], ignore_index=True)


def _shares(table: pd.DataFrame) -> pd.DataFrame:
    """Shares and slowness within one network."""
    table = table.copy()
    counted = table["macs"] > 0
    spent, macs = table["milliseconds"], table["macs"].where(counted)
    table["time_share"] = spent / spent.sum()
    table["mac_share"] = macs / macs.sum()
    forward_seconds = (table["forward_milliseconds"] / 1000).replace(0, np.nan)
    table["forward_flops_per_second"] = 2 * macs * table["batch_size"] / forward_seconds
    table["slowness"] = (spent / spent[counted].sum()) / table["mac_share"]
    table["slow"] = (table["slowness"] >= SLOW) & (table["time_share"] >= NOTABLE)
    return table[list(LAYER_TIME_COLUMNS)]
