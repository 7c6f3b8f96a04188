"""What finished trials left about their final weights, one below the other."""

from __future__ import annotations

import pandas as pd

from bench.analysis.trials import TABLES, Outcome, stacked
from bench.records import SplitFacts


def split_facts(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row a finished trial and split, with the fields of `SplitFacts`."""
    facts = [
        {"label": outcome.trial.label, "seed": outcome.trial.seed, **split.model_dump()}
        for outcome in outcomes
        if outcome.record and outcome.done
        for split in outcome.record.splits
    ]
    return pd.DataFrame(facts, columns=["label", "seed", *SplitFacts.model_fields])


def joined_table(outcomes: tuple[Outcome, ...], name: str) -> pd.DataFrame:
    """`name` of all finished trials, with their label and seed."""
    table = stacked((outcome for outcome in outcomes if outcome.done), name)
    return table[["label", "seed", *TABLES[name]]]
