"""All tables of a run in one frozen bundle, computed from its files alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from bench.analysis import convergence
from bench.analysis.blocks import block_table
from bench.analysis.claims import claim_table
from bench.analysis.comparability import warning_table
from bench.analysis.decisions import decision_table
from bench.analysis.differences import difference_table
from bench.analysis.distribution import distribution_table
from bench.analysis.efficiency import efficiency_table, with_efficiency
from bench.analysis.examples import Examples, current_examples, example_table, with_stale
from bench.analysis.finished import joined_table, split_facts
from bench.analysis.gradients import (
    activation_table,
    first_steps_table,
    gradient_table,
    landscape_table,
    signal_table,
)
from bench.analysis.lint import finding_table
from bench.analysis.memory import memory_table
from bench.analysis.pareto import COSTS, pareto_table
from bench.analysis.profile import layer_time_table, profile_table
from bench.analysis.recipes import recipe_table
from bench.analysis.speed import certificate_table, latency_table, phase_table, throughput_table
from bench.analysis.splits import calibration_table, class_table, confusion_table, split_table
from bench.analysis.summary import summary_table
from bench.analysis.trials import (
    ONGOING_REASONS,
    Ongoing,
    Outcome,
    epoch_table,
    read_outcomes,
    static_table,
    trial_table,
)
from bench.analysis.twins import twin_table, twins
from bench.records import Choices, DataFacts
from bench.spec import Suite
from bench.store import Run, RunInfo


@dataclass(frozen=True)
class Tables:
    """What a run has to say. Every number of a report, terminal table or export comes from here."""

    info: RunInfo
    suite_text: str
    """The suite, verbatim."""
    labels: tuple[str, ...]
    """Architectures of the plan, in the order of the suite."""
    trials: pd.DataFrame
    """One row a planned trial, with its status; holes included."""
    epochs: pd.DataFrame
    """One row a trial and epoch: `bench.records.EPOCH_COLUMNS` and cumulative seconds and FLOPs."""
    summary: pd.DataFrame
    """One row an architecture."""
    layers: pd.DataFrame
    """One row an architecture and leaf module."""
    blocks: pd.DataFrame
    """One row an architecture and block or layer, at every level of the modules' names."""
    findings: pd.DataFrame
    """One row an architecture and finding of the lint."""
    ledger: pd.DataFrame
    """One row an architecture, convention of counting, and term."""
    examples: pd.DataFrame
    """One row an example image and what one architecture says of it."""
    splits: pd.DataFrame
    """One row an architecture and split: scores of the final weights, over seeds."""
    classes: pd.DataFrame
    """One row an architecture, split and class: precision, recall and F1, over seeds."""
    confusion: pd.DataFrame
    """One row an architecture and pair of classes that was seen on the test set, seeds added."""
    calibration: pd.DataFrame
    """One row an architecture, split and bin of confidence, seeds added."""
    throughput: pd.DataFrame
    """One row an architecture, mode and batch size."""
    latency: pd.DataFrame
    """One row an architecture: percentiles of inference on single images."""
    phases: pd.DataFrame
    """One row an architecture: data, forward, backward and optimiser of a training step."""
    distribution: pd.DataFrame
    """One row an architecture that several processes trained: their batches, and what they gained."""
    certificates: pd.DataFrame
    """One row a timing: whether to believe it, and why."""
    profiles: pd.DataFrame
    """One row a profiled architecture: under which circumstances."""
    profile_phases: pd.DataFrame
    """One row an architecture and phase of its training step, under the profiler."""
    operators: pd.DataFrame
    """One row an architecture and operator of its training step."""
    layer_times: pd.DataFrame
    """One row an architecture and module that took time, beside its MACs."""
    efficiency: pd.DataFrame
    """One row an architecture, mode and batch size: MFU and place under the roofline."""
    memory: pd.DataFrame
    """One row an architecture and mode: peak memory, and the largest batch that fits."""
    convergence: pd.DataFrame
    """One row an architecture and target, over seeds."""
    convergence_by_seed: pd.DataFrame
    """One row a trial and target."""
    differences: pd.DataFrame
    """One row a pair of architectures: test accuracy of the last epoch, paired by seed."""
    pareto: pd.DataFrame
    """One row an architecture and cost: whether another is surely more accurate for no more."""
    claims: pd.DataFrame
    """One row a claim, with its verdict."""
    recipes: pd.DataFrame
    """One row a recipe key."""
    gradients: pd.DataFrame
    """One row a trial, epoch and layer: gradient and weight norm."""
    activations: pd.DataFrame
    """One row a trial, epoch and call of a layer or of a ReLU."""
    signals: pd.DataFrame
    """One row a trial and epoch: how gradients change over depth, and dead units."""
    first_steps: pd.DataFrame
    """One row a trial and training step, of the first 100."""
    landscape: pd.DataFrame
    """One row a trial and place of the slice of the loss landscape."""
    twins: pd.DataFrame
    """One row a pair of a plain and a residual network of equal depth, and quantity."""
    decisions: pd.DataFrame
    """One row a trial that chose its compiler or evaluation batch by measuring."""
    warnings: pd.DataFrame
    """One row a thing to know before believing the numbers."""
    example_images: Examples | None
    """The images of `examples`; None in a run that kept none, or where they are of other trials."""
    data: DataFacts | None
    """The data of the first trial that saw any."""
    choices: Choices | None
    """Device and precision of the first trial that got that far."""

    @property
    def suite(self) -> Suite:
        """The suite as it was resolved for this run."""
        return self.info.suite

    @property
    def finished(self) -> int:
        """How many trials ran to their end."""
        return int((self.trials["status"] == "done").sum())

    @property
    def ongoing(self) -> pd.DataFrame:
        """Rows of the trials that run or wait while the run goes on."""
        return self.trials[self.trials["status"].isin(ONGOING_REASONS)]

    @cached_property
    def statuses(self) -> dict[str, Counter[str]]:
        """How many trials of each architecture are in which status."""
        found: dict[str, Counter[str]] = {label: Counter() for label in self.labels}
        for label, status in zip(self.trials["label"], self.trials["status"], strict=True):
            found[label][status] += 1
        return found

    @cached_property
    def seeds(self) -> dict[str, set[int]]:
        """Planned seeds of each architecture."""
        found: dict[str, set[int]] = {label: set() for label in self.labels}
        for label, seed in zip(self.trials["label"], self.trials["seed"], strict=True):
            found[label].add(seed)
        return found

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table by name, for export."""
        return {name: value for name, value in vars(self).items() if isinstance(value, pd.DataFrame)}


def load(run: Run, ongoing: Ongoing | None = None) -> Tables:
    """Read a run and compute its tables; a damaged trial becomes a row that says so.

    Args:
        run: The run directory.
        ongoing: Which trials run or wait, while the run goes on; without it, none does.

    Raises:
        StoreError: The run itself cannot be read.
    """
    outcomes = read_outcomes(run, ongoing)
    suite = run.info.suite
    planned = {outcome.trial.label for outcome in outcomes}
    labels = tuple(entry.label for entry in suite.architectures if entry.label in planned)
    epochs = epoch_table(outcomes)
    trials = trial_table(outcomes, epochs)
    throughput = throughput_table(outcomes)
    layers, profiles = static_table(outcomes, "layers.csv"), profile_table(outcomes)
    efficiency = efficiency_table(outcomes, throughput)
    memory = memory_table(outcomes)
    recipes = recipe_table(suite, labels)
    summary = with_efficiency(summary_table(labels, outcomes, trials, throughput), efficiency, memory)
    compared = difference_table(labels, trials, "test_accuracy")
    data: DataFacts | None = _first(outcomes, "data")
    classes = data.classes if data else ()
    by_seed = convergence.to_targets(trials, epochs, suite.measure.convergence.targets)
    gradients, activations = gradient_table(outcomes), activation_table(outcomes)
    signals, first_steps = signal_table(gradients, activations), first_steps_table(outcomes)
    images, stale = current_examples(run, outcomes)
    return Tables(
        info=run.info,
        suite_text=run.suite_text,
        labels=labels,
        trials=trials,
        epochs=epochs,
        summary=summary,
        layers=layers,
        blocks=block_table(layers),
        findings=finding_table(outcomes),
        ledger=static_table(outcomes, "ledger.csv"),
        examples=example_table(images, classes),
        splits=split_table(split_facts(outcomes)),
        classes=class_table(joined_table(outcomes, "classes.csv"), classes),
        confusion=confusion_table(joined_table(outcomes, "confusion.csv"), classes),
        calibration=calibration_table(joined_table(outcomes, "calibration.csv")),
        throughput=throughput,
        latency=latency_table(outcomes),
        phases=phase_table(outcomes),
        distribution=distribution_table(outcomes),
        certificates=certificate_table(outcomes),
        profiles=profiles,
        profile_phases=static_table(outcomes, "profile_phases.csv"),
        operators=static_table(outcomes, "profile.csv"),
        layer_times=layer_time_table(outcomes, layers, profiles),
        efficiency=efficiency,
        memory=memory,
        convergence=convergence.over_seeds(by_seed),
        convergence_by_seed=by_seed,
        differences=compared,
        pareto=pareto_table(summary.dropna(subset="test_accuracy"), compared, COSTS),
        claims=claim_table(suite.claims, outcomes, trials),
        recipes=recipes,
        gradients=gradients,
        activations=activations,
        signals=signals,
        first_steps=first_steps,
        landscape=landscape_table(outcomes),
        twins=twin_table(twins(suite, labels), signals, first_steps, epochs),
        decisions=decision_table(outcomes),
        warnings=with_stale(warning_table(suite, outcomes, recipes, compared, efficiency), stale),
        example_images=images,
        data=data,
        choices=_first(outcomes, "choices"),
    )


def _first(outcomes: tuple[Outcome, ...], name: str) -> Any:
    found = (getattr(outcome.record, name) for outcome in outcomes if outcome.record)
    return next((facts for facts in found if facts is not None), None)
