"""Refuse a suite with a network that cannot be built, before anything is trained."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from bench.errors import SuiteError
from bench.execution.local import LocalEngine, TrialFailedError
from bench.execution.messages import Message
from bench.spec import Suite


def refuse_unbuildable(engine: LocalEngine, suite: Suite, data_root: Path | None, console: Console) -> None:
    """Build and count every network without weights, so that a mistake shows before anything is trained.

    Raises:
        SuiteError: One line for each network that cannot be built, or that does not fit its input, or whose
            augmentations do not.
    """
    from bench.data import catalogue  # noqa: PLC0415 - only needed here

    def tell(event: Message) -> None:
        if event["kind"] == "notice":
            console.print(f"note: {event['text']}", highlight=False, markup=False, soft_wrap=True)

    from bench.data.augment.framing import framing_of  # noqa: PLC0415 - likewise

    geometry = catalogue.geometry(suite.dataset, data_root=data_root)
    problems = []
    for index, wanted in enumerate(suite.architectures):
        recipe = suite.recipe_of(wanted)
        try:
            framing_of(recipe.augment, geometry[1])
        except SuiteError as error:
            problems.append(f"  architectures[{index}] ({wanted.label}): {error}")
            continue
        try:
            problem = engine.check(wanted, geometry, tell, suite.execution.time_limit, recipe.freeze)
        except TrialFailedError as error:  # its trials fail by themselves, and the others can run
            tell({"kind": "notice", "text": f"{wanted.label} could not be looked at: {error}"})
            continue
        if problem:
            problems.append(f"  architectures[{index}] ({wanted.label}): {problem}")
    if problems:
        raise SuiteError("\n".join(["these networks cannot be trained:", *problems]))
