"""One of the two runs, as far as a comparison needs it; read from its files, nothing of it is executed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from bench.analysis.claims import claim_table
from bench.analysis.trials import Outcome, epoch_table, read_outcomes, trial_table
from bench.plan import Trial
from bench.records import TrialRecord
from bench.store import Run, RunInfo


@dataclass(frozen=True)
class Side:
    """A run and what its trials left."""

    info: RunInfo
    outcomes: tuple[Outcome, ...]
    """One a planned trial, in the order of the plan; holes included."""
    trials: pd.DataFrame
    """One row a planned trial."""
    epochs: pd.DataFrame
    """One row a trial and epoch."""
    claims: pd.DataFrame
    """One row a claim of its suite."""

    @property
    def architectures(self) -> dict[str, Trial]:
        """The first planned trial of each architecture, by label, in the order of the plan."""
        found: dict[str, Trial] = {}
        for trial in self.info.plan:
            found.setdefault(trial.label, trial)
        return found

    @property
    def targets(self) -> tuple[float, ...]:
        """Accuracies to which its suite measures the cost."""
        return self.info.suite.measure.convergence.targets

    def records(self, label: str) -> list[TrialRecord]:
        """The readable records of an architecture: those of finished trials, or all where none finished."""
        mine = [one for one in self.outcomes if one.trial.label == label and one.record]
        chosen = [one for one in mine if one.done] or mine
        return [one.record for one in chosen if one.record]

    def unfinished(self, label: str) -> tuple[str, ...]:
        """The trials of an architecture that did not run to their end, for example "seed 2 failed"."""
        mine = [one for one in self.outcomes if one.trial.label == label and not one.done]
        return tuple(f"seed {one.trial.seed} {one.status}" for one in mine)


def read_side(run: Run) -> Side:
    """Read a run; a damaged trial becomes a hole.

    Raises:
        StoreError: The run itself cannot be read.
    """
    return make_side(run.info, read_outcomes(run))


def make_side(info: RunInfo, outcomes: tuple[Outcome, ...]) -> Side:
    """A run from what its trials left."""
    epochs = epoch_table(outcomes)
    trials = trial_table(outcomes, epochs)
    return Side(info, outcomes, trials, epochs, claim_table(info.suite.claims, outcomes, trials))
