"""Read the CSV table of a trial: small, one of thousands, and perhaps damaged."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from bench.errors import StoreError
from bench.store.sealed import LARGEST

TEXT = ("layer", "type", "output_shape", "convention", "unit", "term", "kind", "phase", "operator", "split")
"""Columns of text; all others hold numbers."""


def read_cells(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """The named columns of a table: text as text, the others as numbers; an empty cell is NaN.

    Python's own reader: for tables of a few rows it takes a tenth of the time of pandas'.

    Raises:
        StoreError: It is no such table.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file, strict=True)
            header = next(lines, [])
            by_column = list(zip(*lines, strict=True)) or [()] * len(header)
        places = {name: header.index(name) for name in columns}
        if len(header) != len(by_column):
            msg = "a row has not as many cells as the header"
            raise ValueError(msg)  # noqa: TRY301 - as the reader says what else is wrong
        return pd.DataFrame(
            {name: _column(by_column[place], text=name in TEXT) for name, place in places.items()}
        )
    except (ValueError, OSError, csv.Error) as error:
        raise StoreError(
            f"{path}: damaged ({error}); remove its folder to measure the trial again"
        ) from error


def _column(cells: tuple[str, ...], *, text: bool) -> object:
    if text:
        return pd.Series([cell or np.nan for cell in cells], dtype=object)
    numbers = np.array([NUMBERS[cell] if cell in NUMBERS else float(cell) for cell in cells], dtype=float)
    if np.any(np.abs(numbers[np.isfinite(numbers)]) > LARGEST):
        msg = f"a number is beyond {LARGEST:g}"
        raise ValueError(msg)
    return numbers


NUMBERS = {"": np.nan, "True": 1.0, "False": 0.0}
"""What is no number by itself."""
