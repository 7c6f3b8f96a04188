"""What the columns of the exported tables mean, and in which unit they are; from `columns.toml`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from reports import assets

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TEXT, TRUTH = "text", "true or false"

ENDS = {"_low": "Lower", "_high": "Upper"}


@dataclass(frozen=True)
class Meaning:
    """Of one column."""

    unit: str
    """Empty where nobody has written down what the column means."""
    text: str

    @property
    def numeric(self) -> bool:
        """Whether the column holds numbers."""
        return self.unit not in ("", TEXT, TRUTH)


def meaning(table: str, column: str) -> Meaning:
    """What a column of a table means; that of an end of an interval follows from its middle."""
    known = _written()
    found = known.get(f"{table}.{column}") or known.get(column)
    if found:
        return found
    for end, which in ENDS.items():
        middle = column.removesuffix(end)
        if middle != column and (about := meaning(table, middle)).unit:
            return Meaning(about.unit, f"{which} end of the 95 % interval of {middle} over seeds")
    return Meaning("", "")


def column_table(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row a table and column: its unit and meaning."""
    described = [
        {"table": table, "column": column, "unit": about.unit, "meaning": about.text}
        for table, frame in frames.items()
        for column in frame.columns
        for about in (meaning(table, column),)
    ]
    return pd.DataFrame(described, columns=["table", "column", "unit", "meaning"])


@lru_cache(maxsize=1)
def _written() -> dict[str, Meaning]:
    units = tomllib.loads(assets.read("columns.toml"))
    return {name: Meaning(unit, text) for unit, entries in units.items() for name, text in entries.items()}
