"""From a suite to its trials: one for each architecture and seed, with an id made of its content."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import Any

from bench.errors import SuiteError
from bench.spec import Dataset, Execution, Model, Recipe, Suite, Throughput

MEANING = 1
"""Raised whenever a default changes or the same trial would be computed differently, so that old results
are not taken for new ones."""


class Trial(Model):
    """One training run of one network with one seed; everything that can move one of its numbers."""

    label: str
    """The architecture's label; names the trial, does not change what it computes."""
    architecture: str
    """Registered or third-party name of the network."""
    args: dict[str, Any] = {}
    """Arguments of its constructor."""
    dataset: Dataset
    """What is learned."""
    recipe: Recipe
    """How it is trained; `recipe.seeds` holds this trial's seed alone."""
    execution: Execution
    """Where and how it runs."""
    throughput: Throughput | None = None
    """Speed measurements; made once per architecture, in the trial of its first seed."""
    gradient_flow: bool = False
    """Whether gradient norms are recorded along training."""
    profile: bool = False
    """Whether a profiler trace is written; once per architecture."""

    @property
    def seed(self) -> int:
        """The only seed of this trial."""
        return self.recipe.seeds[0]

    @property
    def id(self) -> str:
        """Twelve hex digits of the SHA-256 of the content; label, engine and time limit do not count.

        Defaults are left out, so that a key which is added later does not change the ids of earlier trials.
        """
        excluded: dict[str, Any] = {"label": True, "execution": {"time_limit", "engine"}}
        return digest([MEANING, self.model_dump(mode="json", exclude=excluded, exclude_defaults=True)])

    @property
    def folder(self) -> str:
        """Name of the trial's folder: `<label>-s<seed>-<hash>`, safe on every file system."""
        return f"{slug(self.label)}-s{self.seed}-{self.id}"


Plan = tuple[Trial, ...]


def make_plan(suite: Suite) -> Plan:
    """List the trials, seed by seed, so that every architecture has a result before any has its second.

    Raises:
        SuiteError: Two architectures are the same, under labels that differ in signs only.
    """
    recipes = [(architecture, suite.recipe_of(architecture)) for architecture in suite.architectures]
    rounds = max(len(recipe.seeds) for _, recipe in recipes)
    plan = tuple(
        Trial(
            label=architecture.label,
            architecture=architecture.name,
            args=architecture.args,
            dataset=suite.dataset,
            recipe=recipe.model_copy(update={"seeds": (recipe.seeds[turn],)}),
            execution=suite.execution,
            throughput=suite.measure.throughput if turn == 0 else None,
            gradient_flow=suite.measure.gradient_flow,
            profile=suite.measure.profile and turn == 0,
        )
        for turn in range(rounds)
        for architecture, recipe in recipes
        if turn < len(recipe.seeds)
    )
    labels: dict[str, str] = {}
    for trial in plan:
        if labels.setdefault(trial.folder, trial.label) != trial.label:
            raise SuiteError(
                f"the labels {labels[trial.folder]!r} and {trial.label!r} name the same trial and cannot be "
                "told apart in file names; give one of them another letter or digit"
            )
    return plan


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
