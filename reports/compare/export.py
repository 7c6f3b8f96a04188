"""A comparison as Markdown, for a pull request, and as JSON, for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from bench.analysis.comparison import Comparison, Finding, Row
from bench.printable import printable
from bench.store import RunInfo
from reports.compare.heading import heading
from reports.compare.opening import caveats, sentences
from reports.compare.overview import overview
from reports.compare.sections import sections
from reports.export import escaped, finite, section_blocks, table_text
from reports.words import plain_text


def comparison_markdown(comparison: Comparison, findings: Iterable[Finding] = ()) -> str:
    """The paragraph and every table as GitHub-flavoured Markdown."""
    judged = tuple(findings)
    about = heading(comparison)
    blocks = [
        f"# {escaped(about.title)}",
        *(escaped(line) for line in about.sides),
        escaped(plain_text(sentences(comparison, judged))),
        table_text(overview(comparison)),
    ]
    for section in (caveats(comparison), *sections(comparison, judged)):
        blocks += section_blocks(section) if section else []
    return "\n".join(map(printable, "\n\n".join(blocks).split("\n"))) + "\n"


def comparison_json(comparison: Comparison, findings: Iterable[Finding] | None = None) -> str:
    """Exact figures; what is not a number, or not finite, is null.

    Args:
        comparison: What to write.
        findings: What thresholds found; None where none were asked for, and `passed` is null then.
    """
    judged = None if findings is None else tuple(findings)
    content: dict[str, Any] = {
        "a": _run(comparison.a),
        "b": _run(comparison.b),
        "passed": None if judged is None else all(one.passed for one in judged),
        "findings": [_finding(one) for one in judged or ()],
        "pairs": [asdict(pair) for pair in comparison.pairs],
        "only_in_a": comparison.gone,
        "only_in_b": comparison.new,
        "rows": [_row(row) for row in comparison.rows],
        "claims": [{**asdict(claim), "verdict": claim.verdict} for claim in comparison.claims],
        "conditions": [
            {"architecture": pair.label, **asdict(one)}
            for pair, found in comparison.departures
            for one in found
        ],
        "unfinished": {pair.label: holes for pair, holes in comparison.unfinished},
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _run(info: RunInfo) -> dict[str, Any]:
    return info.model_dump(mode="json", include={"run_id", "suite_name", "created_at"}) | {
        "title": info.suite.title
    }


def _row(row: Row) -> dict[str, Any]:
    change = asdict(row.change) | {"relative": row.change.relative} if row.change else {}
    change.pop("verdict", None)
    shown: dict[str, Any] = finite({
        "architecture": row.pair.label, "metric": row.metric.name, "setting": row.setting,
        "unit": row.metric.unit, **change, "verdict": row.verdict, "reasons": row.reasons,
        "doubts": [asdict(doubt) for doubt in row.doubts], "unfinished": row.unfinished,
    })  # fmt: skip
    return shown


def _finding(finding: Finding) -> dict[str, Any]:
    change = finding.row.change if finding.row else None
    shown = {
        name: getattr(finding, name) for name in ("threshold", "label", "name", "outcome", "reason", "passed")
    }
    difference = change.difference if change and math.isfinite(change.difference) else None
    return shown | {"difference": difference}
