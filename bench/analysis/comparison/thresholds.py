"""What `--fail-on` says: `metric[@setting]:threshold`, several separated by commas.

A threshold is a number with a sign and a unit. The sign tells which direction is limited: `-0.5pt` fails
where B is lower than A by more than 0.5 percentage points, `+5%` where it is higher by more than 5 % of A's
figure, and without a sign either direction is limited, so that `0` fails at any change. Without a unit the
number is in the metric's own: elements, fractions, seconds, milliseconds, images/s, bytes, FLOPs.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from bench.analysis.comparison.metrics import BY_NAME, Metric
from bench.errors import SuiteError
from bench.suite_errors import did_you_mean

CLAIMS = "claims"
"""Takes `0` alone: fails where the verdict on a published figure changed."""

MINUS = "\u2212"
"""The true minus sign, as tables show it and people copy it."""

EXAMPLES = {"batch_size": "128", "target": "0.7"}

NUMBER = re.compile(r"\d+(?:\.\d*)?|\.\d+")

PATTERN = re.compile(rf"([+\-{MINUS}]?)\s*(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)\s*(pt|%|)", re.IGNORECASE)


@dataclass(frozen=True)
class Threshold:
    """One condition under which a comparison passes."""

    text: str
    """As the user wrote it."""
    metric: Metric | None
    """None for claims."""
    setting: float | None
    """Only this batch size or target; None for all of them."""
    sign: Literal["+", "-", ""]
    """The direction that is limited; empty for both."""
    amount: float
    """How far is too far, not negative; points as a fraction, percent as a fraction of A's figure."""
    relative: bool

    def exceeded(self, difference: float) -> bool:
        """Whether a difference goes beyond the threshold.

        Args:
            difference: In the metric's unit, or as a fraction of A's figure where the threshold is relative.
        """
        slack = 1e-9 * self.amount  # 0.715 - 0.710 is not exactly 0.005 in binary
        far = {"+": difference, "-": -difference, "": abs(difference)}[self.sign]
        return far > self.amount + slack


def parse_thresholds(text: str) -> tuple[Threshold, ...]:
    """Read what `--fail-on` says.

    Raises:
        SuiteError: It names no metric or no threshold, or one that the metric cannot have.
    """
    return tuple(_parse(part.strip()) for part in text.split(","))


def _parse(text: str) -> Threshold:
    subject, colon, limit = (part.strip() for part in text.rpartition(":"))
    if not colon:
        raise _refusal(text, "expected METRIC:THRESHOLD, for example test_accuracy:-0.5pt")
    name, at, place = (part.strip() for part in subject.partition("@"))
    metric = BY_NAME.get(name)
    if metric is None and name != CLAIMS:
        known = (*BY_NAME, CLAIMS)
        near = did_you_mean(name, known) or ";"
        raise _refusal(text, f"no metric {name!r}{near} choose from {', '.join(known)}")
    match = PATTERN.fullmatch(limit)
    if not match or not math.isfinite(float(match[2])):
        raise _refusal(text, f"{limit!r} is no threshold; write a number such as 0, -0.5pt, +5% or 1000")
    amount, unit = float(match[2]), match[3].lower()
    if metric is None and (match[1], amount, unit, at) != ("", 0.0, "", ""):
        raise _refusal(text, f"a verdict has no size; write {CLAIMS}:0")
    if unit == "pt" and metric and metric.unit != "fraction":
        raise _refusal(text, f"{name} is no fraction and has no percentage points; use % or a plain number")
    setting = _setting(text, metric, place) if metric and at else None
    amount = amount / 100 if unit else amount
    return Threshold(text, metric, setting, _SIGNS[match[1]], amount, relative=unit == "%")


_SIGNS: dict[str, Literal["+", "-", ""]] = {"+": "+", "-": "-", MINUS: "-", "": ""}


def _setting(text: str, metric: Metric, place: str) -> float:
    """The batch size or target after the @."""
    if not metric.setting:
        raise _refusal(text, f"{metric.name} has no settings to choose from; leave '@{place}' out")
    if not NUMBER.fullmatch(place):
        what = metric.setting.replace("_", " ")
        example = f"{metric.name}@{EXAMPLES[metric.setting]}"
        raise _refusal(text, f"{place!r} is no {what}; write for example {example}")
    return float(place)


def _refusal(text: str, why: str) -> SuiteError:
    return SuiteError(f"--fail-on: {text!r}: {why}")
