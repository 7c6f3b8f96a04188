"""Which figures a run has, and in which settings of their switches each is drawn."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bench.analysis.tables import Tables
from bench.plan import slug
from reports.elements import Figure, Fold, Part
from reports.page import cost_figure
from reports.sections import SECTIONS

MOST_SETTINGS = 24
"""Up to so many combinations of its switches, a figure is drawn in all of them; else one switch at a time
leaves its first option."""


@dataclass(frozen=True)
class Still:
    """A figure in one setting."""

    name: str
    """Of its file, without the ending: the figure, and the option of each switch."""
    figure: Figure
    chosen: dict[str, str]
    """Id of the option, by the name of the switch."""

    @property
    def setting(self) -> str:
        """The texts of the options, for a caption."""
        switches = self.figure.spec["switches"]
        return ", ".join(f"{one['label']}: {option(one, self.chosen)['label']}" for one in switches)


def stills(tables: Tables) -> list[Still]:
    """Every figure of the report in every setting in which it shows anything; names are unique."""
    named: dict[str, Still] = {}
    for figure in figures(tables):
        for chosen in settings(figure.spec["switches"]):
            if any(map(_shows, traces(figure.spec, chosen))):
                name = _name(figure, chosen, texts=True)
                name = _name(figure, chosen, texts=False) if name in named else name
                named[name] = Still(name, figure, chosen)
    return list(named.values())


def figures(tables: Tables) -> list[Figure]:
    """The figures of the report, in its order."""
    first = cost_figure(tables)
    made = [section for make in SECTIONS if (section := make(tables))]
    parts = [part for section in made for part in section.parts]
    return [*([first] if first else []), *_among(parts)]


def settings(switches: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What is chosen of each switch: everything combined, or one after the other where that is too much."""
    names = [switch["name"] for switch in switches]
    ids = [[option["id"] for option in switch["options"]] for switch in switches]
    if math.prod(map(len, ids)) <= MOST_SETTINGS:
        return [dict(zip(names, chosen, strict=True)) for chosen in itertools.product(*ids)]
    first = dict(zip(names, (options[0] for options in ids), strict=True))
    others = [
        first | {name: other} for name, options in zip(names, ids, strict=True) for other in options[1:]
    ]
    return [first, *others]


def traces(spec: dict[str, Any], chosen: dict[str, str]) -> list[dict[str, Any]]:
    """The traces that are drawn in a setting."""
    return [
        trace
        for trace in spec["traces"]
        if all(chosen.get(name, value) == value for name, value in trace.get("when", {}).items())
    ]


def option(switch: dict[str, Any], chosen: dict[str, str]) -> dict[str, Any]:
    """The chosen option of a switch."""
    found: dict[str, Any] = next(one for one in switch["options"] if one["id"] == chosen[switch["name"]])
    return found


def _shows(trace: dict[str, Any]) -> bool:
    """Not where a matrix is set against itself."""
    return trace["type"] != "heatmap" or any(value for line in trace["z"] for value in line)


def _among(parts: Iterable[Part]) -> Iterator[Figure]:
    for part in parts:
        if isinstance(part, Figure):
            yield part
        elif isinstance(part, Fold):
            yield from _among(part.parts)


def _name(figure: Figure, chosen: dict[str, str], *, texts: bool) -> str:
    """By the options' texts, which a reader knows; by their ids where two texts look alike in a file name."""
    picked = [option(switch, chosen) for switch in figure.spec["switches"]]
    words = [slug(one["label"] if texts else one["id"]) for one in picked]
    return "-".join([figure.id.removeprefix("figure-"), *words])
