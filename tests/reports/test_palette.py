"""Colours that can be told apart and read, in both themes."""

from __future__ import annotations

import itertools
import re

import pytest

from reports import assets
from reports.figures.confusion import STRENGTH
from reports.palette import DARK, DARK_PAPER, LIGHT, LIGHT_PAPER, looks


def luminance(color):
    """Relative luminance of WCAG 2.2."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    """Contrast ratio of WCAG 2.2."""
    bright, dim = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize(("colors", "paper"), [(LIGHT, LIGHT_PAPER), (DARK, DARK_PAPER)])
def test_marks_stand_out_from_the_paper(colors, paper):
    """At least 3 : 1, as WCAG asks of graphics."""
    assert min(contrast(color, paper) for color in colors) >= 3


def themes():
    """Declarations of each theme's variables."""
    blocks = re.findall(r":root(?:\[[^]]*\])? \{(.*?)\n\}", assets.style(), re.DOTALL)
    return [dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{6})", block)) for block in blocks]


@pytest.mark.parametrize("theme", themes(), ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *itertools.product(("ink", "soft", "quiet", "link", "unsure"), ("paper", "wash")),
        *((tone, f"{tone}-wash") for tone in ("good", "bad", "unsure")),
    ],
)
def test_text_can_be_read(theme, text, ground):
    """At least 4.5 : 1, as WCAG AA asks of text."""
    assert contrast(theme[f"--{text}"], theme[f"--{ground}"]) >= 4.5


@pytest.mark.parametrize("theme", themes(), ids=["light", "dark"])
@pytest.mark.parametrize("color", ["a0", "a1"])
def test_numbers_on_the_fullest_cell_of_a_matrix_can_be_read(theme, color):
    """Ink on the strongest colour that a heat map draws."""
    ends = [[int(theme[name][at : at + 2], 16) for at in (1, 3, 5)] for name in ("--paper", f"--{color}")]
    mixed = [round(paper + STRENGTH * (full - paper)) for paper, full in zip(*ends, strict=True)]
    assert contrast(theme["--ink"], "#" + "".join(f"{channel:02x}" for channel in mixed)) >= 4.5


def test_architectures_never_look_alike():
    """Up to 40 architectures differ in colour, marker or dash; a place in the suite fixes the look."""
    found = looks(tuple(map(str, range(40)))).values()
    assert len({(look.color, look.symbol, look.dash) for look in found}) == 40
