"""What is to be run: a suite as it was written or built, with what the command or the call changes."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bench import environment
from bench.errors import SuiteError
from bench.execution.choice import require_engine
from bench.measurements.loggers.catalogue import require
from bench.pinning import pin
from bench.plan import Plan, make_plan, run_id, slug
from bench.spec import Claim, Execution, Suite
from bench.store import RunInfo
from bench.suite_errors import explain
from bench.suite_file import check_document, load_suite, parse, suite_path
from bench.suite_toml import suite_to_toml


@dataclass(frozen=True)
class Written:
    """A suite, and the text that stands for it."""

    suite: Suite
    text: str
    """TOML, verbatim where it was read from a file."""
    file: str
    """Name of its file, without the folder."""

    @classmethod
    def read(cls, path_or_name: str, overrides: tuple[str, ...]) -> Written:
        """A file, or a suite that ships.

        Raises:
            SuiteError: There is none, or something in it is wrong.
        """
        path = suite_path(path_or_name)
        suite = load_suite(path_or_name, overrides=overrides)
        return cls(suite, path.read_text(encoding="utf-8"), path.name)

    @classmethod
    def built(cls, suite: Suite | Mapping[str, Any], overrides: tuple[str, ...]) -> Written:
        """A suite that was built in Python; its text says the same, for the run directory.

        Raises:
            SuiteError: Something in it is wrong.
        """
        if not isinstance(suite, Suite):
            suite = check_document(dict(suite), "suite")
        text = suite_to_toml(suite, overrides)
        suite = check_document(parse(text, "suite"), "suite")
        return cls(suite, text, f"{slug(suite.title)}.toml")


@dataclass(frozen=True)
class Job:
    """Trials to run, and what the run directory is to say about them."""

    info: RunInfo
    text: str
    """The suite, verbatim."""
    chosen: Plan
    """The trials of the plan that are wanted now."""

    @classmethod
    def of(  # noqa: PLR0913 - what the command line can change
        cls,
        written: Written,
        *,
        dataset: str | None = None,
        device: str | None = None,
        engine: str | None = None,
        only: tuple[str, ...] = (),
        overrides: tuple[str, ...] = (),
    ) -> Job:
        """Plan a suite.

        Args:
            written: The suite; `overrides` are applied.
            dataset: Name of another dataset to use.
            device: Another device.
            engine: Another engine.
            only: Labels to run; empty for all.
            overrides: `key=value` pairs, to be remembered.

        Raises:
            SuiteError: A name is unknown, or the trials cannot be planned.
            DependencyError: A logger or the engine is not installed.
        """
        suite = _changed(written.suite, dataset, device, engine)
        plan = pin(make_plan(suite))
        require(suite.execution.loggers)
        require_engine(suite.execution)
        options = {
            "--dataset": (dataset,),
            "--device": (device,),
            "--engine": (engine,),
            "--only": only,
            "--set": overrides,
        }
        given = [
            part for name, values in options.items() for value in values if value for part in (name, value)
        ]
        info = RunInfo(
            run_id=run_id(plan),
            suite_name=slug(Path(written.file).stem),
            suite=suite,
            plan=plan,
            environment=environment.describe(),
            command=("bench", "run", written.file, *given),  # what gives it again, without places of files
            created_at=environment.now(),
        )
        return cls(info, written.text, _choose(plan, only))


def _changed(suite: Suite, dataset: str | None, device: str | None, engine: str | None) -> Suite:
    """The suite on another device, by another engine, or with other data.

    Raises:
        SuiteError: There is nothing of that name.
    """
    named = {"device": device, "engine": engine}
    changes = {key: value for key, value in named.items() if value is not None}
    if changes:
        wanted = {**suite.execution.model_dump(), **changes}
        try:
            execution = Execution.model_validate(wanted)
        except ValidationError as error:
            raise SuiteError("\n".join(explain(error, wanted, model=Execution, prefix="--"))) from error
        suite = suite.model_copy(update={"execution": execution})
    if dataset is not None:
        from bench.data import catalogue  # noqa: PLC0415 - only needed here

        # The networks keep the input they were chosen for, so the other dataset is brought to its shape.
        channels, image_size, _ = catalogue.geometry(suite.dataset)
        update = {"name": dataset, "path": None, "channels": channels, "image_size": image_size}
        claims = tuple(_on(suite.dataset.name, claim) for claim in suite.claims)
        changed = suite.dataset.model_copy(update=update)
        suite = suite.model_copy(update={"dataset": changed, "claims": claims})
        catalogue.geometry(suite.dataset)  # refuses an unknown name
    return suite


def _on(dataset: str, claim: Claim) -> Claim:
    """The claim, about the data of the suite as it is written unless it names others itself."""
    stated = claim.protocol.model_copy(update={"dataset": claim.protocol.dataset or dataset})
    return claim.model_copy(update={"protocol": stated})


def _choose(plan: Plan, only: tuple[str, ...]) -> Plan:
    """The trials of the labels named, or all.

    Raises:
        SuiteError: A label is not in the suite.
    """
    labels = list(dict.fromkeys(trial.label for trial in plan))
    for label in only:
        if label not in labels:
            near = difflib.get_close_matches(label, labels, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"labels: {', '.join(map(repr, labels))}"
            raise SuiteError(f"--only {label}: the suite has no architecture of that label; {hint}")
    return tuple(trial for trial in plan if not only or trial.label in only)
