"""One colour and one marker per architecture, the same in every table and figure.

Colours follow Okabe & Ito (2008), darkened for light paper and lightened for dark, so that each stands out
from its background by at least 3 : 1 (WCAG 2.2, graphics) and any two of the eight differ for colour-blind
readers as well. Nothing rests on colour alone: markers differ, too.
After eight, colours repeat with another marker and another dash.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

LIGHT = ("#0063af", "#d55e00", "#038056", "#b0529a", "#855100", "#2e8fc7", "#5f6368", "#929545")
DARK = ("#5aa8f0", "#f58b4c", "#35c795", "#da89c8", "#efbf47", "#a5d8f7", "#b9bdc3", "#d8e075")
LIGHT_PAPER, DARK_PAPER = "#ffffff", "#15171c"

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")

OUTLINES = {
    "circle": "M0-4.6A4.6 4.6 0 1 1 0 4.6A4.6 4.6 0 1 1 0-4.6Z",
    "square": "M-4.1-4.1H4.1V4.1H-4.1Z",
    "diamond": "M0-5.4L5.4 0L0 5.4L-5.4 0Z",
    "triangle-up": "M0-5.2L5.2 4H-5.2Z",
    "cross": "M-1.8-5H1.8V-1.8H5V1.8H1.8V5H-1.8V1.8H-5V-1.8H-1.8Z",
    "star": "M0-5.8L1.5-1.9L5.6-1.8L2.3.8L3.4 4.8L0 2.4L-3.4 4.8L-2.3.8L-5.6-1.8L-1.5-1.9Z",
    "triangle-down": "M0 5.2L-5.2-4H5.2Z",
    "hexagon": "M0-5.2L4.5-2.6V2.6L0 5.2L-4.5 2.6V-2.6Z",
}
"""Markers by plotly's names, as SVG paths within 12 x 12 around the origin."""


@dataclass(frozen=True)
class Look:
    """How one architecture is drawn everywhere."""

    index: int
    """Place among the suite's architectures."""

    @property
    def color(self) -> str:
        """A CSS variable, resolved by the theme."""
        return f"var(--a{self.index % len(LIGHT)})"

    @property
    def symbol(self) -> str:
        """Plotly's name of the marker."""
        return tuple(OUTLINES)[(self.index + self.index // len(LIGHT)) % len(OUTLINES)]

    @property
    def dash(self) -> str:
        """Plotly's name of the line style."""
        return DASHES[self.index // len(LIGHT) % len(DASHES)]

    @property
    def mark(self) -> Markup:
        """The marker as inline SVG; its outline is drawn once a page, by `definition`."""
        return Markup(f'<svg class="mark" aria-hidden="true"><use href="#mark-{self.index}"/></svg>')  # noqa: S704

    @property
    def definition(self) -> Markup:
        """The outline that every `mark` refers to."""
        path = f'<path d="{OUTLINES[self.symbol]}" fill="{self.color}"/>'
        return Markup(f'<symbol id="mark-{self.index}" viewBox="-6 -6 12 12">{path}</symbol>')  # noqa: S704


def looks(labels: tuple[str, ...]) -> dict[str, Look]:
    """A look for each architecture, by its place in the suite."""
    return {label: Look(index) for index, label in enumerate(labels)}


def variables(colors: tuple[str, ...]) -> str:
    """The CSS declarations of a theme's colours."""
    return "".join(f"--a{index}:{color};" for index, color in enumerate(colors))
