"""The outcome of a check as text: for people, for pull requests, for programs, for CI servers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Literal, get_args
from xml.etree import ElementTree as ET

from bench.errors import SuiteError
from bench.locks.verdicts import Outcome, Row

Format = Literal["table", "md", "json", "junit"]
COLUMNS = ("suite", "architecture", "where", "what", "locked", "now", "by")


def render(outcome: Outcome, style: str = "table") -> str:
    """Write an outcome in one of the formats.

    Raises:
        SuiteError: There is no such format.
    """
    if style not in get_args(Format):
        raise SuiteError(f"--format {style}: unknown; choose one of {', '.join(get_args(Format))}")
    return {"table": _table, "md": _markdown, "json": _json, "junit": _junit}[style](outcome)


def _table(outcome: Outcome) -> str:
    """Aligned columns without lines or colours, so that a log of CI shows it as it is."""
    lines = [COLUMNS, *(_cells(row) for row in outcome.rows())]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    shown = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([*(shown if len(shown) > 1 else []), outcome.summary(), *_advice(outcome, "{}")])


def _markdown(outcome: Outcome) -> str:
    """For a comment on a pull request or the summary of a job."""
    lines = [f"**{outcome.summary()}**"]
    if rows := outcome.rows():
        lines += ["", f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
        lines += [f"| {' | '.join(map(_escape, _cells(row)))} |" for row in rows]
    return "\n".join([*lines, *_advice(outcome, "`{}`")])


def _json(outcome: Outcome) -> str:
    verdicts = []
    for verdict in outcome.verdicts:
        facts = {"suite": verdict.suite, "label": verdict.label, "status": verdict.status}
        more = {"detail": verdict.detail, "accept": verdict.accept, **asdict(verdict.comparison)}
        verdicts.append(facts if verdict.passed else facts | more)
    return json.dumps({"passed": outcome.passed, "verdicts": verdicts}, indent=2, ensure_ascii=False)


def _junit(outcome: Outcome) -> str:
    """One test case an architecture, as CI servers read it."""
    suites = ET.Element("testsuites", tests=str(len(outcome.verdicts)), failures=str(len(outcome.failures)))
    for name in dict.fromkeys(verdict.suite for verdict in outcome.verdicts):
        verdicts = [verdict for verdict in outcome.verdicts if verdict.suite == name]
        failures = sum(not verdict.passed for verdict in verdicts)
        suite = ET.SubElement(
            suites, "testsuite", name=_legal(name), tests=str(len(verdicts)), failures=str(failures)
        )
        for verdict in verdicts:
            case = ET.SubElement(suite, "testcase", classname=_legal(name), name=_legal(verdict.label))
            if not verdict.passed:
                one = Outcome((verdict,))
                message = ", ".join((verdict.status, *verdict.layers))
                failure = ET.SubElement(case, "failure", type=verdict.status, message=_legal(message))
                failure.text = _legal(_table(one))
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode")


def _advice(outcome: Outcome, style: str) -> list[str]:
    return [f"\nAccept with: {style.format(command)}" for command in outcome.accept()]


def _cells(row: Row) -> tuple[str, ...]:
    return tuple(str(getattr(row, column)) for column in COLUMNS)


def _escape(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")


def _legal(text: str) -> str:
    """Drop the control characters that XML cannot hold."""
    return "".join(character for character in text if character >= " " or character in "\n\t")
