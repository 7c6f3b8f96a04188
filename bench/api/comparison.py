"""Two runs against each other, for programs and notebooks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from bench.analysis.comparison import Comparison as Compared
from bench.analysis.comparison import Finding, compare, judge, parse_thresholds, read_side
from bench.store import Run
from reports.compare import comparison_json, comparison_markdown, render_comparison
from reports.inline import framed


@dataclass(frozen=True)
class Comparison:
    """What changed from run A to run B, metric by metric."""

    compared: Compared

    @classmethod
    def of(cls, a: Run, b: Run) -> Comparison:
        """Compare B with A.

        Raises:
            bench.errors.StoreError: A run cannot be read.
        """
        return cls(compare(read_side(a), read_side(b)))

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row an architecture, metric and setting; `verdict` and `reasons` say what to make of it."""
        return pd.DataFrame(json.loads(comparison_json(self.compared))["rows"])

    def violations(self, fail_on: str, *, strict: bool = False) -> tuple[Finding, ...]:
        """What violates thresholds; empty when nothing does.

        Args:
            fail_on: As the option of `bench compare`, for example "params:0,test_accuracy:-0.5pt".
            strict: Whether a difference beyond its threshold counts although it is within noise.

        Raises:
            bench.errors.SuiteError: The thresholds cannot be understood.
        """
        findings = judge(self.compared, parse_thresholds(fail_on), strict=strict)
        return tuple(finding for finding in findings if not finding.passed)

    def _repr_html_(self) -> str:
        """The page of `bench compare --format html`, in a frame."""
        return framed(render_comparison(self.compared, ()), height=640)

    def __str__(self) -> str:
        return comparison_markdown(self.compared)
