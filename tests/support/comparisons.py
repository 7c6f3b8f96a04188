"""Two synthetic runs that differ in what a test says, and nothing else."""

from __future__ import annotations

from typing import Any

import pandas as pd
from factories import architectures, document, make_info, make_record

from bench.analysis.comparison import Comparison, Side, compare
from bench.analysis.comparison.side import make_side
from bench.analysis.trials import Outcome
from bench.records import TrialRecord

TORCH = {"cpu": "Example CPU", "libraries": {"torch": "2.8.0"}}
THROUGHPUT = {"batch_sizes": [1, 128], "modes": ["train", "inference"]}

SMALL = document(
    recipe={"epochs": 3, "seeds": [0, 1, 2]},
    measure={"throughput": THROUGHPUT, "convergence": {"targets": [0.3, 0.99]}},
    architectures=architectures(1),
    claims=[],
)
"""One architecture, three seeds; the lower target is reached, the higher one is not."""


def small(**changes: Any) -> dict[str, Any]:
    """The small suite with some top-level keys replaced."""
    return {**SMALL, **changes}


def certain(record: TrialRecord) -> TrialRecord:
    """With the environment of a machine that describes itself."""
    return record.model_copy(update={"environment": TORCH})


def nested(record: Any, path: str, value: Any) -> Any:
    """A copy of a record with one field replaced, named by its path; a callable takes the old value."""
    name, _, rest = path.partition(".")
    old = getattr(record, name)
    new = nested(old, rest, value) if rest else value(old) if callable(value) else value
    return record.model_copy(update={name: new})


def changed(path: str, value: Any, when: Any = lambda record: True) -> Any:
    """A change to one field of those records, for `side` and `write_run`."""
    return lambda record: nested(certain(record), path, value) if when(record) else certain(record)


def side(suite: dict[str, Any], change: Any = certain) -> Side:
    """A run that was never on disk; where `change` returns None, the trial left nothing."""
    info = make_info(suite)
    labels = [entry.label for entry in info.suite.architectures]
    outcomes = []
    for trial in info.plan:
        record, epochs, _ = make_record(trial, labels.index(trial.label))
        kept = change(record)
        outcomes.append(
            Outcome(trial, kept, {"epochs.csv": pd.DataFrame(epochs).astype(float)} if kept else {})
        )
    return make_side(info, tuple(outcomes))


def compared(change: Any = certain, suite: Any = None, before: Any = SMALL) -> Comparison:
    """A run as it is against one with a change."""
    return compare(side(before), side(suite or before, change))


def row(comparison: Comparison, name: str, label: str = "Network 0") -> Any:
    """The row of a metric, written as in `--fail-on`."""
    return next(one for one in comparison.rows if one.name == name and one.pair.label == label)
