"""Colours that can be told apart and read, in both themes."""

from __future__ import annotations

import itertools
import math
import operator
import re

import pytest

from reports import assets
from reports.figures.confusion import STRENGTH
from reports.palette import DARK, DARK_PAPER, LIGHT, LIGHT_PAPER, looks


def luminance(color):
    """Relative luminance of WCAG 2.2."""
    red, green, blue = linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first, second):
    """Contrast ratio of WCAG 2.2."""
    bright, dim = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize(("colors", "paper"), [(LIGHT, LIGHT_PAPER), (DARK, DARK_PAPER)])
def test_marks_stand_out_from_the_paper(colors, paper):
    """At least 3 : 1, as WCAG asks of graphics."""
    assert min(contrast(color, paper) for color in colors) >= 3


def linear(color):
    """Linear red, green and blue."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]


SIGHT = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039),
    ),
}  # fmt: skip
"""How linear colours look to whom (Machado, Oliveira & Fernandes 2009, severity 1)."""


def lab(channels):
    """CIELAB under D65 of linear red, green and blue."""
    r, g, b = (min(1.0, max(0.0, channel)) for channel in channels)
    xyz = (
        (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047,
        0.2126729 * r + 0.7151522 * g + 0.0721750 * b,
        (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883,
    )
    x, y, z = (value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116 for value in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_any_two_colours_differ_for_everybody(colors, sight):
    """By at least 12 in CIELAB, several times what the eye can just tell, also for colour-blind readers."""
    seen = [lab([sum(map(operator.mul, row, linear(color))) for row in SIGHT[sight]]) for color in colors]
    assert min(math.dist(*pair) for pair in itertools.combinations(seen, 2)) >= 12


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
