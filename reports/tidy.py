"""The tables as programs want to read them: plain values, one type a column, no formulas."""

from __future__ import annotations

import pandas as pd

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from reports.columns import column_table, meaning

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a cell begins that spreadsheets take for a formula: OWASP's list, full-width forms included."""

GUARD = "'"
"""What spreadsheets read as: the rest is text."""


def tidy(tables: Tables) -> dict[str, pd.DataFrame]:
    """Every table by name, and `columns`, which says what their columns mean.

    Recipes have one row an architecture and key, so that no label is a name of a column. Columns of numbers
    are numeric even where a table is empty, so that those of several runs can be put together.
    """
    frames = tables.frames()
    frames["recipes"] = _recipes(frames["recipes"])
    typed = {name: _typed(name, frame) for name, frame in frames.items()}
    return {**typed, "columns": column_table(typed)}


def harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """The table for a spreadsheet: text that would be a formula is led by an apostrophe, numbers stay."""
    guarded = frame.copy()
    for column in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[column]):
            guarded[column] = frame[column].map(_guarded)
    return guarded


def _guarded(value: object) -> object:
    return f"{GUARD}{value}" if isinstance(value, str) and value.startswith((*FORMULA, GUARD)) else value


def _recipes(recipes: pd.DataFrame) -> pd.DataFrame:
    table = [
        {"label": label, "key": row["key"], "value": value, "differs": row["differs"]}
        for row in rows(recipes)
        for label, value in row["values"].items()
    ]
    return pd.DataFrame(table, columns=["label", "key", "value", "differs"])


def _typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of numbers that happen to hold no number at all become numeric ones without values."""
    numbers = [
        column for column in frame.columns if frame[column].dtype == object and meaning(name, column).numeric
    ]
    return frame.assign(**{column: pd.to_numeric(frame[column]) for column in numbers})
