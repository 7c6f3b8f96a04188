"""The example images of a run directory, read and checked."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from bench.analysis.splits import class_name
from bench.analysis.trials import PREDICTIONS_FILE, Outcome
from bench.errors import StoreError
from bench.records import ExamplesFacts, TrialRecord
from bench.store import Run, sha256

FOLDER = "examples"
FACTS_FILE = "examples.json"
IMAGES_FILE = "images.png"

COLUMNS = (
    "example", "question", "index", "true", "true_name", "label", "predicted", "predicted_name", "confidence",
    "seeds_right", "seeds",
)  # fmt: skip


@dataclass(frozen=True)
class Examples:
    """Example images, and what is known of them."""

    facts: ExamplesFacts
    png: bytes
    """Tiles of `facts.width` x `facts.height` pixels."""


def read_examples(run: Run) -> Examples | None:
    """The example images of a run; None where none were kept.

    Raises:
        StoreError: They are damaged, or of another version.
    """
    folder = run.folder / FOLDER
    if not (folder / FACTS_FILE).is_file():
        return None
    remedy = "`bench run` makes it again"
    try:
        facts = ExamplesFacts.model_validate(json.loads((folder / FACTS_FILE).read_bytes()))
        png = (folder / IMAGES_FILE).read_bytes()
    except (OSError, ValueError, RecursionError) as error:
        raise StoreError(f"{folder}: damaged ({str(error).splitlines()[0]}); {remedy}") from error
    if sha256(png) != facts.image_sha256:
        raise StoreError(f"{folder / IMAGES_FILE}: not what was written; {remedy}")
    return Examples(facts, png)


def sources(records: Iterable[TrialRecord]) -> dict[str, str]:
    """SHA-256 of the predictions of finished trials that left any, by the trial's folder."""
    told = (record for record in records if record.status == "done" and PREDICTIONS_FILE in record.files)
    return {record.trial.folder: record.files[PREDICTIONS_FILE] for record in told}


def current_examples(run: Run, outcomes: tuple[Outcome, ...]) -> tuple[Examples | None, str]:
    """Those that belong to the run's trials as they are now, or else what is wrong with them."""
    if not run.info.suite.measure.examples:
        return None, ""
    try:
        found = read_examples(run)
    except StoreError as error:
        return None, str(error).replace(f"{run.folder}{os.sep}", "")
    records = (outcome.record for outcome in outcomes if outcome.record)
    if found is None or found.facts.sources.items() <= sources(records).items():
        return found, ""
    return None, "They were chosen from trials that have changed since; `bench run` chooses them anew."


def with_stale(warnings: pd.DataFrame, stale: str) -> pd.DataFrame:
    """Warnings, and one more where example images cannot be shown."""
    row = pd.DataFrame([{"kind": "example images", "message": stale}])
    return pd.concat([warnings, row], ignore_index=True) if stale else warnings


def example_table(examples: Examples | None, names: tuple[str, ...]) -> pd.DataFrame:
    """One row an example and answer; examples are numbered from 0, and `question` says why one was chosen.

    Args:
        examples: None makes an empty table.
        names: Class names, in label order.
    """
    rows = [
        {
            "example": number,
            "question": "wrong" if len(example.answers) == 1 else "disagreement",
            "index": example.index,
            "true": example.label,
            "true_name": class_name(names, example.label),
            "label": answer.architecture,
            "predicted": answer.prediction,
            "predicted_name": class_name(names, answer.prediction),
            "confidence": answer.confidence,
            "seeds_right": answer.right,
            "seeds": answer.seeds,
        }
        for number, example in enumerate(examples.facts.examples if examples else ())
        for answer in example.answers
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
