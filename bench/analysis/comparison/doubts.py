"""What certificates doubt of the timings that a comparison rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bench.analysis.comparison.side import Side
from bench.analysis.speed import NO_CERTIFICATE
from bench.records import Certificate


@dataclass(frozen=True)
class Doubt:
    """One reason not to believe a timing."""

    kind: str
    """For example "busy machine"."""
    detail: str
    """What was seen."""
    seed: int | None = None
    """The trial, where each has a timing of its own."""
    run: Literal["A", "B", ""] = ""


def of_timing(certificate: Certificate | None, seed: int | None = None) -> tuple[Doubt, ...]:
    """What a certificate doubts; that there is none is a doubt as well."""
    if certificate is None:
        return (Doubt(NO_CERTIFICATE, "written before there were certificates", seed),)
    return tuple(Doubt(kind, detail, seed) for kind, detail in certificate.doubts.items())


def of_epochs(side: Side, label: str) -> tuple[Doubt, ...]:
    """What is doubted of the times of an architecture's epochs, trial by trial."""
    return tuple(
        doubt
        for outcome in side.outcomes
        if outcome.trial.label == label and outcome.done and outcome.record and outcome.record.training
        for doubt in of_timing(outcome.record.training.certificate, outcome.trial.seed)
    )
