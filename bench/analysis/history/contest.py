"""The targets of several suites as the problems of one contest, among networks that they share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from bench.analysis.convergence import over_seeds, to_targets
from bench.analysis.history.collection import Collection, Found
from bench.analysis.trials import epoch_table, read_records
from bench.store import Run

CURVES = "epochs.csv"


@dataclass(frozen=True)
class Contest:
    """What the newest runs of several suites tell of networks that stand in two of them or more."""

    convergence: dict[str, pd.DataFrame]
    """By suite: see `bench.analysis.convergence.over_seeds`."""
    labels: tuple[str, ...]
    """Those that take part."""
    doubtful: frozenset[str]
    """Those of which some training time is doubtful."""
    ambiguous: tuple[str, ...]
    """Left out: labels that name another network in another suite."""


def contest(collection: Collection) -> Contest | None:
    """Who reaches the targets of the newest run of each suite; None where no two suites compare anybody.

    A network is told by its label, and has to be the same one, with the same arguments, wherever that stands.
    A suite in which it is the only one of them is left out: nobody is compared there.
    """
    newest = {name: runs[-1] for name, runs in collection.suites().items()}
    tables = {name: _convergence(run) for name, run in newest.items()}
    common, ambiguous = _common(newest, tables)
    shared = {name: table[table["label"].isin(common)] for name, table in tables.items()}
    shared = {name: table for name, table in shared.items() if len(set(table["label"])) > 1}
    if len(shared) < 2:
        return None
    present = {label for table in shared.values() for label in table["label"]}
    labels = tuple(label for label in common if label in present)
    doubtful = {label for name in shared for label in labels if _is_doubtful(newest[name], label)}
    return Contest(shared, labels, frozenset(doubtful), ambiguous)


def _convergence(run: Found) -> pd.DataFrame:
    """Cost to each target of the run's suite."""
    outcomes = read_records(Run.open(run.folder), (CURVES,))
    trials = pd.DataFrame(
        [(one.trial.label, one.trial.seed, one.status) for one in outcomes],
        columns=["label", "seed", "status"],
    )
    return over_seeds(to_targets(trials, epoch_table(outcomes), run.side.targets))


def _common(
    newest: dict[str, Found], tables: dict[str, pd.DataFrame]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels that stand in several suites: those of one network, and those of several."""
    found: dict[str, list[Found]] = {}
    for name, table in tables.items():
        for label in dict.fromkeys(table["label"]):
            found.setdefault(label, []).append(newest[name])
    several = {label: runs for label, runs in found.items() if len(runs) > 1}
    same = tuple(label for label, runs in several.items() if _is_one_network(label, runs))
    return same, tuple(label for label in several if label not in same)


def _is_one_network(label: str, runs: Iterable[Found]) -> bool:
    trials = [run.side.architectures[label] for run in runs]
    return all((one.architecture, one.args) == (trials[0].architecture, trials[0].args) for one in trials)


def _is_doubtful(run: Found, label: str) -> bool:
    return any(row["label"] == label and row["timing"] == "doubtful" for row in run.trials)
