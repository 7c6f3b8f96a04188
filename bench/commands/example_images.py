"""Keep a few telling test images in the run directory, so that a report needs no data set to show them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pandas as pd

from bench.analysis.example_choice import Vote, choose
from bench.analysis.examples import FACTS_FILE, FOLDER, IMAGES_FILE, read_examples, sources
from bench.analysis.trials import PREDICTIONS_FILE
from bench.errors import BenchError, DataError, StoreError
from bench.records import ExamplesFacts, TrialRecord
from bench.store import Run, sha256, write_atomically

MOST_BYTES = 75_000
"""Of the PNG: 100 kB in base64, in which the page carries it twice: to be seen, and among its records."""


def keep_examples(run: Run, data_root: Path | None) -> str | None:
    """Choose examples from what the finished trials predicted, unless those that are kept still hold.

    Images come from the cache of decoded images; nothing is decoded, downloaded or put on a device.

    Args:
        run: With its records.
        data_root: Where the data set was looked for first.

    Returns:
        Why there are none, where they were asked for and could not be kept; else None.
    """
    asked = run.info.suite.measure.examples
    records = list(_finished(run)) if asked else []
    if not records or _still_holds(run, records, asked):
        return None
    try:
        _keep(run, records, asked, data_root)
    except BenchError as error:
        return str(error)
    return None


def _finished(run: Run) -> Iterator[TrialRecord]:
    """Records of trials that are done and predicted the same images; a damaged one is the report's affair."""
    fingerprint = None
    for trial in run.info.plan:
        try:
            record = run.trial(trial).read_record()
        except StoreError:
            continue
        if record and record.status == "done" and record.data and PREDICTIONS_FILE in record.files:
            fingerprint = fingerprint or record.data.fingerprint
            if record.data.fingerprint == fingerprint:
                yield record


def _still_holds(run: Run, records: list[TrialRecord], asked: int) -> bool:
    try:
        kept = read_examples(run)
    except StoreError:
        return False  # damaged: it is made again
    return kept is not None and (kept.facts.sources, kept.facts.asked) == (sources(records), asked)


def _keep(run: Run, records: list[TrialRecord], asked: int, data_root: Path | None) -> None:
    """Choose, cut out and write.

    Raises:
        DataError: The images are not there, or are other ones than those that were predicted.
        StoreError: The run directory cannot be written.
    """
    from bench.data.loading import load_decoded  # noqa: PLC0415 - only where something is to be cut out
    from bench.data.thumbnails import COLUMNS, sheet  # noqa: PLC0415

    arrays = load_decoded(records[0].trial.dataset, data_root=data_root)
    facts = records[0].data
    assert facts is not None
    if arrays.fingerprint != facts.fingerprint:
        raise DataError("the images found now are not those that the networks were tested on")
    groups = choose(*_votes(run, records, len(arrays.test_labels)), asked)
    by_rank = (example for rank in zip_longest(*groups) for example in rank if example)
    indices = list(dict.fromkeys(example.index for example in by_rank))
    if not indices:
        return
    cut = sheet(arrays.test.chosen(indices), MOST_BYTES)
    shown = tuple(indices[: cut.count])
    examples = [example for group in groups for example in group]
    kept = tuple(example for example in examples if example.index in set(shown))
    content = ExamplesFacts(
        asked=asked,
        sources=sources(records),
        fingerprint=arrays.fingerprint,
        image_sha256=sha256(cut.png),
        width=cut.width,
        height=cut.height,
        columns=min(COLUMNS, cut.count),
        images=shown,
        examples=kept,
        left_out=len(examples) - len(kept),
    )
    write_atomically(run.folder / FOLDER / IMAGES_FILE, cut.png)
    write_atomically(run.folder / FOLDER / FACTS_FILE, content.model_dump_json(indent=1).encode())


def _votes(run: Run, records: list[TrialRecord], images: int) -> tuple[list[Vote], np.ndarray]:
    """The vote of each architecture, in the order of the suite, and the true classes.

    Raises:
        DataError: A table of predictions is about other images.
    """
    tables: dict[str, list[pd.DataFrame]] = {entry.label: [] for entry in run.info.suite.architectures}
    for record in records:
        table = pd.read_csv(run.trial(record.trial).folder / PREDICTIONS_FILE)
        if len(table) != images:
            raise DataError(
                f"{record.trial.folder}: predicted {len(table)} images, the test set has {images}"
            )
        tables[record.trial.label].append(table)
    voting = {label: seeds for label, seeds in tables.items() if seeds}
    true = next(iter(voting.values()))[0]["label"].to_numpy(np.int64)
    votes = [
        Vote.of(
            label,
            true,
            np.stack([seed["prediction"].to_numpy(np.int64) for seed in seeds]),
            np.stack([seed["confidence"].to_numpy(float) for seed in seeds]),
        )
        for label, seeds in voting.items()
    ]
    return votes, true
