"""The two ways tables are read here: row by row as plain dictionaries, and filtered by column values."""

from __future__ import annotations

from typing import Any

import pandas as pd


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries by column name."""
    records: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment,unused-ignore]
    return records


def where(frame: pd.DataFrame, **values: object) -> pd.DataFrame:
    """The rows in which every named column has the given value."""
    for column, value in values.items():
        frame = frame[frame[column] == value]
    return frame


def groups(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, pd.DataFrame]]:
    """Key (a tuple for several columns) and rows of each group, in order of first appearance."""
    return [
        (key if len(columns) > 1 else key[0], group)
        for key, group in frame.groupby(list(columns), sort=False)
    ]
