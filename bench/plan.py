"""From a suite to its trials: one for each architecture and seed, with an id made of its content."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from bench.errors import SuiteError
from bench.spec import Dataset, Execution, LargestBatch, LossLandscape, Model, Recipe, Suite, Throughput
from bench.spec.model import Arguments

MEANING = 2
"""Raised whenever a default changes or the same trial would be computed differently, so that old results
are not taken for new ones. What was planned earlier keeps its meaning, and is found under its old id."""


class Trial(Model):
    """One training run of one network with one seed; everything that can move one of its numbers."""

    label: str
    """The architecture's label; names the trial, does not change what it computes."""
    architecture: str
    """Registered or third-party name of the network."""
    args: Arguments = {}
    """Arguments of its constructor."""
    dataset: Dataset
    """What is learned."""
    recipe: Recipe
    """How it is trained; `recipe.seeds` holds this trial's seed alone."""
    execution: Execution
    """Where and how it runs."""
    throughput: Throughput | None = None
    """Speed measurements; made once per architecture, in the trial of its first seed."""
    memory: bool = False
    """Whether peak memory is measured; once per architecture."""
    largest_batch: LargestBatch | None = None
    """The search for the largest batch that fits; made once per architecture."""
    gradient_flow: bool = False
    """Whether gradient norms are recorded along training."""
    loss_landscape: LossLandscape | None = None
    """A slice of the loss around the trained weights; made once per architecture."""
    profile: bool = False
    """Whether a profiler trace is written; once per architecture."""
    meaning: int = 1
    """`MEANING` when it was planned; the first plans did not say."""
    origin: Trial | None = None
    """The trial of the same run whose checkpoint this one starts from (`recipe.init_from.trial`)."""

    @property
    def seed(self) -> int:
        """The only seed of this trial."""
        return self.recipe.seeds[0]

    @property
    def id(self) -> str:
        """Twelve hex digits of the SHA-256 of the content; what cannot move a number does not count.

        That is the label, the engine, the time limit, the loggers, and whether memory is measured.
        Defaults are left out, so that a key which is added later does not change the ids of earlier trials.
        Of initial weights, what they are counts, not where they lie. Peak memory is measured beside the
        trial, in processes of its own, and moves none of its numbers.
        """
        excluded: dict[str, Any] = dict.fromkeys(("label", "memory", "meaning", "origin"), True)
        excluded["execution"] = {"time_limit", "engine", "loggers", "resources", "ray"}
        init_from = self.recipe.init_from
        if init_from is not None:
            place = {"trial", "checkpoint"} if self.origin or init_from.sha256 else set()
            excluded["recipe"] = {"init_from": place}
        content = self.model_dump(mode="json", exclude=excluded, exclude_defaults=True)
        return digest([self.meaning, content, *([self.origin.id] if self.origin else [])])

    @property
    def folder(self) -> str:
        """Name of the trial's folder: `<label>-s<seed>-<hash>`, safe on every file system."""
        return f"{slug(self.label)}-s{self.seed}-{self.id}"


Plan = tuple[Trial, ...]


def make_plan(suite: Suite) -> Plan:
    """List the trials, seed by seed, so that every architecture has a result before any has its second.

    Raises:
        SuiteError: Two architectures are the same, under labels that differ in signs only; or a trial is
            to start from one that does not come before it.
    """
    recipes = [(architecture, suite.recipe_of(architecture)) for architecture in suite.architectures]
    rounds = max(len(recipe.seeds) for _, recipe in recipes)
    planned: dict[tuple[str, int], Trial] = {}
    for turn in range(rounds):
        for architecture, recipe in recipes:
            if turn >= len(recipe.seeds):
                continue
            seed = recipe.seeds[turn]
            planned[architecture.label, seed] = Trial(
                meaning=MEANING,
                label=architecture.label,
                architecture=architecture.name,
                args=architecture.args,
                dataset=suite.dataset,
                recipe=recipe.model_copy(update={"seeds": (seed,)}),
                execution=suite.execution,
                throughput=suite.measure.throughput if turn == 0 else None,
                memory=suite.measure.memory and turn == 0,
                largest_batch=suite.measure.largest_batch if turn == 0 else None,
                gradient_flow=suite.measure.gradient_flow,
                loss_landscape=suite.measure.loss_landscape if turn == 0 else None,
                profile=suite.measure.profile and turn == 0,
                origin=_origin(architecture.label, recipe, seed, planned),
            )
    plan = tuple(planned.values())
    labels: dict[str, str] = {}
    for trial in plan:
        if labels.setdefault(trial.folder, trial.label) != trial.label:
            raise SuiteError(
                f"the labels {labels[trial.folder]!r} and {trial.label!r} name the same trial and cannot be "
                "told apart in file names; give one of them another letter or digit"
            )
    return plan


def _origin(label: str, recipe: Recipe, seed: int, planned: Mapping[tuple[str, int], Trial]) -> Trial | None:
    """The trial from whose checkpoint one of this label, recipe and seed starts."""
    wanted = recipe.init_from
    if wanted is None or wanted.trial is None:
        return None
    where = f"{label}: recipe.init_from"
    origin = planned.get((wanted.trial, seed))
    if origin is None:
        raise SuiteError(
            f"{where}.trial: {wanted.trial!r} has no trial of seed {seed} before this one; "
            "let it stand above in the suite, with the same seeds"
        )
    if wanted.keep == "training" and origin.recipe.epochs >= recipe.epochs:
        raise SuiteError(
            f"{where}: {wanted.trial!r} has trained for {origin.recipe.epochs} epochs, which count here too; "
            f'set epochs to more than that, or keep = "weights"'
        )
    return origin


def run_id(plan: Plan) -> str:
    """Name a run by its trials and their labels, so that a new title, target or claim resumes it."""
    return digest([[trial.label, trial.id] for trial in plan])


def digest(content: Any) -> str:
    """Twelve hex digits of the SHA-256 of canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def slug(label: str) -> str:
    """Reduce any text to at most 40 harmless ASCII characters for use in a file name."""
    ascii_text = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:40] or "x"
