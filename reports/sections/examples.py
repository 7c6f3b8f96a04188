"""Images that show where networks fail: confidently wrong, or right where another is wrong."""

from __future__ import annotations

import base64

from bench.analysis.examples import Examples
from bench.analysis.splits import class_name
from bench.analysis.tables import Tables
from bench.records import Answer, Example
from reports import format as show
from reports.elements import Fold, Gallery, Part, Picture, Pictures, Section, Sheet
from reports.sections.ranking import suite_looks

SHOWN = 96
"""Pixels of an image in the page, about; a whole multiple of those it has, so that each stays a square."""


def examples(tables: Tables) -> Section | None:
    """Test images, with what was said of them; None in runs that kept none."""
    kept = tables.example_images
    if kept is None or not kept.facts.examples:
        return None
    drawn = suite_looks(tables)
    names = tables.data.classes if tables.data else ()
    groups: dict[tuple[str, ...], list[Picture]] = {}
    for example in kept.facts.examples:
        who = tuple(answer.architecture for answer in example.answers)
        groups.setdefault(who, []).append(_picture(kept, example, names))
    wrong: list[Pictures] = []
    pairs: dict[frozenset[str], list[Pictures]] = {}
    for who, pictures in groups.items():
        title = who[0] if len(who) == 1 else f"{who[0]} right, {who[1]} wrong"
        row = Pictures(title, tuple(pictures), drawn[who[0]].mark)
        (pairs.setdefault(frozenset(who), []) if len(who) > 1 else wrong).append(row)
    parts: list[Part] = [_sheet(kept)]
    if wrong:
        parts.append(Gallery("Most confidently wrong", tuple(wrong)))
    for both, rows in pairs.items():
        first, second = (label for label in tables.labels if label in both)
        parts.append(Fold(f"Where {first} and {second} disagree", (Gallery("", tuple(rows)),)))
    return Section("examples", "Example images", _lead(kept), tuple(parts))


def _lead(kept: Examples) -> str:
    text = (
        "Test images as they are, not augmented. A network says what most of its finished seeds say; its "
        "confidence is the mean over those. The surer its seeds are of a wrong class, the earlier an image "
        "comes. Images are numbered as in predictions.csv."
    )
    if kept.facts.left_out:
        text += f" {show.count(kept.facts.left_out)} more examples were left out, to keep the page small."
    return text


def _sheet(kept: Examples) -> Sheet:
    facts = kept.facts
    lines = -(-len(facts.images) // facts.columns)
    return Sheet(
        data=f"data:image/png;base64,{base64.b64encode(kept.png).decode()}",
        width=facts.columns * facts.width,
        height=lines * facts.height,
    )


def _picture(kept: Examples, example: Example, names: tuple[str, ...]) -> Picture:
    facts, true = kept.facts, class_name(names, example.label)
    row, column = divmod(facts.images.index(example.index), facts.columns)
    times = max(1, round(SHOWN / max(facts.width, facts.height)))
    said = [_said(answer, names) for answer in example.answers]
    right = [answer.prediction == example.label for answer in example.answers]
    spoken = (f"{answer.architecture}: {text}" for answer, text in zip(example.answers, said, strict=True))
    return Picture(
        box=(column * facts.width, row * facts.height, facts.width, facts.height),
        size=(times * facts.width, times * facts.height),
        alt=f"Test image {example.index}, true class {true}. {'; '.join(spoken)}",
        true=true,
        answers=tuple(zip(said, right, strict=True)),
        note=f"no. {example.index}",
    )


def _said(answer: Answer, names: tuple[str, ...]) -> str:
    """Class and confidence, and how many seeds were wrong where they do not agree on that."""
    text = f"{class_name(names, answer.prediction)}, {show.percent(answer.confidence, 1)}"
    wrong = answer.seeds - answer.right
    return f"{text} ({wrong} of {answer.seeds} wrong)" if 0 < wrong < answer.seeds else text
