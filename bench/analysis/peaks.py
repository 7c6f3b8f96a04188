"""Reasons not to believe a peak of the device, and what is relative to it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from bench.analysis.efficiency import measured
from bench.analysis.frames import rows
from bench.analysis.trials import Outcome
from bench.records import PeakFacts

MOST_SPREAD = 0.2
"""Range of the blocks of a peak, relative to it, that is still called steady."""
MOST_OF_OTHERS = 0.1
"""Share of the cores that other processes may take while a peak is measured."""
SAME = 0.1
"""Relative difference of two peaks of a run that is still called none."""


def doubts(outcomes: tuple[Outcome, ...], efficiency: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Reasons not to believe an MFU, as kind and message."""
    peaks = [record.peaks for record in measured(outcomes).values() if record.peaks]
    spread = max((_spread(one) for one in peaks), default=0.0)
    if spread > MOST_SPREAD:
        yield "unsteady peaks", f"Blocks of a device peak differ by {spread:.0%}: MFU is uncertain as much."
    rates = [one.matrix.flops_per_second for one in peaks]
    if rates and max(rates) > (1 + SAME) * min(rates):
        yield (
            "unequal peaks",
            f"Peaks measured in this run differ by {max(rates) / min(rates) - 1:.0%}, and so do their MFUs.",
        )
    busy = [one.load_average for one in peaks if one.load_average and one.load_average > one.threads + 1]
    if busy:
        yield "busy machine", f"Load average up to {max(busy):.1f} before the device's peaks were measured."
    others = max((one.share_of_others or 0.0 for one in peaks), default=0.0)
    if others > MOST_OF_OTHERS:
        yield (
            "busy machine",
            f"Others used {others:.0%} of the cores while peaks were measured: MFU is too high.",
        )
    above = sorted({str(row["label"]) for row in rows(efficiency) if row["mfu"] > 1})
    if above:
        yield (
            "impossible MFU",
            f"Above 100 % for {', '.join(above)}: the peak was measured under worse conditions.",
        )


def _spread(peaks: PeakFacts) -> float:
    matrix, bandwidth = peaks.matrix, peaks.bandwidth
    return max(
        (matrix.high - matrix.low) / matrix.flops_per_second,
        (bandwidth.high - bandwidth.low) / bandwidth.bytes_per_second,
    )
