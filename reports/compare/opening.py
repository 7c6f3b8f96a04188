"""What a comparison comes to, in sentences, and what to know before believing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from bench.analysis.comparison import Comparison, Finding, Row
from bench.analysis.comparison.pairing import Pair
from reports.compare import figures
from reports.compare.cells import CLEAR, LEVEL, MOST_NAMED, brief
from reports.elements import Notes, Section
from reports.words import Words, joined


def sentences(comparison: Comparison, findings: Iterable[Finding] = ()) -> list[Words]:
    """The result in a paragraph, most important first."""
    judged = list(findings)
    failed = [one for one in judged if not one.passed]
    said: list[Words] = []
    if judged:
        text = f"{len(failed)} of {len(judged)} checks" if failed else f"None of {len(judged)} checks"
        said.append(((f"{text} of --fail-on failed.", False),))
    if not comparison.pairs:
        said.append((("The runs share no architecture, so nothing is compared.", False),))
    said += [_of(comparison, pair) for pair in comparison.pairs[:MOST_NAMED]]
    if len(comparison.pairs) > MOST_NAMED:
        said.append(((f"{len(comparison.pairs) - MOST_NAMED} more are in the table.", False),))
    for name, labels in (("A", comparison.gone), ("B", comparison.new)):
        if labels:
            said.append(((f"In {name} alone: ", False), (brief(labels), True), (".", False)))
    return said


def caveats(comparison: Comparison) -> Section | None:
    """What to know before believing it."""
    pairs = tuple(_caveats(comparison))
    return Section("caveats", "Read with care", "", (Notes(pairs),)) if pairs else None


def _caveats(comparison: Comparison) -> Iterator[tuple[str, str]]:
    rows = comparison.rows
    if (comparison.a.run_id, comparison.a.created_at) == (comparison.b.run_id, comparison.b.created_at):
        yield "the same run", "A and B have the same id and start: they are one run, or copies of it."
    if comparison.shared:
        trials = "1 trial is" if comparison.shared == 1 else f"{comparison.shared} trials are"
        yield (
            "the same trainings",
            f"{trials} in both runs, taken over and not repeated: that they agree says nothing.",
        )
    incomparable = [row for row in rows if row.verdict == "not comparable"]
    if incomparable:
        reasons = brief(reason for row in incomparable for reason in row.reasons)
        yield "not comparable", f"{len(incomparable)} of {len(rows)} figures, because of {reasons}."
    for pair, holes in comparison.unfinished:
        yield "unfinished trials", f"{pair.label}: {brief(holes)}. Means leave them out, which may flatter."
    if any(row.change and row.metric.over_seeds and min(row.change.a.n, row.change.b.n) < 2 for row in rows):
        yield (
            "one seed",
            "A figure of one seed has no interval: how much of a difference is chance is not known.",
        )
    if any(row.doubts for row in rows):
        kinds = Counter(f"{doubt.kind} in {doubt.run}" for row in rows for doubt in {*row.doubts})
        seen = ", ".join(f"{kind} ({count})" for kind, count in kinds.most_common())
        yield "doubtful timings", f"Kept, and marked with a question mark: {seen}."
    intervals = [row for row in rows if row.verdict in ("better", "worse", "indistinguishable")]
    if len(intervals) > 1:
        each = f"{len(intervals)} differences were judged, each by its own 95 % interval"
        yield "many comparisons", f"{each}; between equal programs about one in twenty would exclude zero."


def _of(comparison: Comparison, pair: Pair) -> Words:
    mine = [row for row in comparison.rows if row.pair == pair]
    parts = [
        f"{'changed' if verdict == 'changed' else f'is {verdict}'} in {_list(found)}"
        for verdict in CLEAR
        if (found := [row for row in mine if row.verdict == verdict])
    ]
    if not parts:
        level = any(row.verdict in LEVEL for row in mine)
        parts = ["shows no difference that can be told from chance" if level else "has no figure to judge"]
    if apart := sum(row.verdict == "not comparable" for row in mine):
        parts.append(f"{apart} of its {len(mine)} figures are not comparable")
    return ((pair.label, True), (f" {'; '.join(parts)}.", False))


def _list(rows: list[Row]) -> str:
    more = [f"{len(rows) - MOST_NAMED} more"] if len(rows) > MOST_NAMED else []
    return joined([*map(_said, rows[:MOST_NAMED]), *more])


def _said(row: Row) -> str:
    """The metric and by how much, for a sentence."""
    assert row.change is not None
    unit = row.metric.unit
    size = figures.with_unit(unit, figures.difference(unit, row.change.difference))
    return f"{_lower(figures.title(row))} ({size})"


def _lower(text: str) -> str:
    """As inside a sentence; abbreviations stay."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
