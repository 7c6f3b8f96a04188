"""Sentences in pieces, so that an architecture's name can be set in bold and stays harmless text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

Words = tuple[tuple[str, bool], ...]
"""Text in pieces; True marks an architecture's name, which is set in bold."""

DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Marks of text from right to left, and what overrides it."""


def upright(sentences: Iterable[Words]) -> list[Words]:
    """The sentences without signs that turn the direction of text.

    A name with an unclosed one would turn whatever stands after it in the paragraph, digits too: no element
    around the name contains it.
    """
    return [tuple((DIRECTIONS.sub("", text), strong) for text, strong in words) for words in sentences]


def plain_text(sentences: Iterable[Words]) -> str:
    """The sentences without emphasis."""
    return " ".join("".join(text for text, _ in words) for words in sentences)


def name(row: dict[str, Any]) -> tuple[str, bool]:
    """The architecture that a row of a table is about."""
    return (row["label"], True)


def names(entries: list[dict[str, Any]], most: int = 4) -> Words:
    """Names joined as in a sentence; a long list ends in a count."""
    shown = [name(row) for row in entries[:most]]
    if len(entries) > most:
        shown.append((f"{len(entries) - most} others", False))
    words: list[tuple[str, bool]] = []
    for index, entry in enumerate(shown):
        if index:
            words.append((" and " if index == len(shown) - 1 else ", ", False))
        words.append(entry)
    return tuple(words)


def joined(texts: list[str]) -> str:
    """Texts joined as in a sentence."""
    return ", ".join(texts[:-1]) + " and " + texts[-1] if len(texts) > 1 else texts[0]
