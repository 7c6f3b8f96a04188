"""Throughput, latency, phases of a step, and the certificate of every timing, from the records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from bench.analysis.trials import Outcome
from bench.records import Certificate, ThroughputFacts, TrialRecord

NO_CERTIFICATE = "not certified"
"""The verdict on a timing from before there were certificates."""

THROUGHPUT_COLUMNS = (
    "label", "mode", "batch_size", "images_per_second", "low", "high", "milliseconds", "blocks",
    "steps_per_block", "visits", "drift", "joules_per_image", "energy_source", "verdict",
)  # fmt: skip

LATENCY_COLUMNS = ("label", "calls", "p50", "p95", "p99", "verdict")
"""Percentiles in milliseconds."""

PHASE_COLUMNS = (
    "label", "batch_size", "steps", "data_milliseconds", "forward_milliseconds", "backward_milliseconds",
    "optimiser_milliseconds", "verdict",
)  # fmt: skip

CERTIFICATE_COLUMNS = (
    "label", "seed", "timing", "verdict", "doubts",
    *(field for field in Certificate.model_fields if field != "doubts"),
)  # fmt: skip


class Timing(NamedTuple):
    """Something that was timed, and its certificate."""

    label: str
    seed: int
    what: str
    """For example "train, batch 64", "latency" or "training"."""
    certificate: Certificate


def throughput_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row per architecture, mode and batch size: images per second with their interval."""
    measured = [
        {"label": outcome.trial.label, "verdict": verdict(fact.certificate), **fact.model_dump()}
        for outcome in outcomes
        if outcome.record
        for fact in outcome.record.throughput
    ]
    table = pd.DataFrame(measured, columns=list(THROUGHPUT_COLUMNS))
    return table.drop_duplicates(["label", "mode", "batch_size"], ignore_index=True)


def latency_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row per architecture: percentiles of single images in inference."""
    return _one_each(outcomes, "latency", LATENCY_COLUMNS)


def phase_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row per architecture: where the time of a training step goes."""
    return _one_each(outcomes, "phases", PHASE_COLUMNS)


def certificate_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row per timing: its verdict, what makes it doubtful, and the conditions it was made under."""
    table = [
        {
            **{key: _flat(value) for key, value in timing.certificate.model_dump().items()},
            "label": timing.label,
            "seed": timing.seed,
            "timing": timing.what,
            "verdict": timing.certificate.verdict,
            "doubts": "; ".join(f"{kind}: {detail}" for kind, detail in timing.certificate.doubts.items()),
        }
        for timing in timings(outcomes)
    ]
    return pd.DataFrame(table, columns=list(CERTIFICATE_COLUMNS))


def timings(outcomes: tuple[Outcome, ...]) -> Iterator[Timing]:
    """Every certified timing, trial by trial."""
    for outcome in outcomes:
        record = outcome.record
        if record is None:
            continue
        found: list[tuple[str, Certificate | None]] = [
            ("training", record.training.certificate if record.training else None),
            *((f"{one.mode}, batch {one.batch_size}", one.certificate) for one in record.throughput),
            ("latency", record.latency.certificate if record.latency else None),
            ("phases", record.phases.certificate if record.phases else None),
            *((f"scaling, {name}", fact.certificate) for name, fact in scaling_timings(record)),
        ]
        for what, certificate in found:
            if certificate is not None:
                yield Timing(outcome.trial.label, outcome.trial.seed, what, certificate)


def scaling_timings(record: TrialRecord) -> Iterator[tuple[str, ThroughputFacts]]:
    """What was timed to say what several processes gain, by name."""
    scaling = record.distribution.scaling if record.distribution else None
    if scaling is not None:
        yield "together", scaling.together
        yield "one process at its share", scaling.one_at_share
        if scaling.one_at_batch is not None:
            yield "one process at the global batch", scaling.one_at_batch


def verdict(certificate: Certificate | None) -> str:
    """Good, doubtful, or not certified."""
    return certificate.verdict if certificate else NO_CERTIFICATE


def _one_each(outcomes: tuple[Outcome, ...], field: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """A field of the records as a table, from the first trial of each architecture that has it."""
    measured = [
        {"label": outcome.trial.label, "verdict": verdict(facts.certificate), **facts.model_dump()}
        for outcome in outcomes
        if outcome.record and (facts := getattr(outcome.record, field))
    ]
    return pd.DataFrame(measured, columns=list(columns)).drop_duplicates("label", ignore_index=True)


def _flat(value: object) -> object:
    """Several values in one cell of a CSV file."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value
