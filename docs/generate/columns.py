"""The page of the exported tables' columns, made from the file that the export itself carries."""

from __future__ import annotations

import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

COLUMNS = Path(__file__).parents[2] / "reports" / "columns.toml"
INTRODUCTION = """# Every column of the exported tables

`bench report RUN --format csv` or `parquet` writes the tables of a run; `columns` among them holds what
stands here. A name with a dot is a column of that table only. `NAME_low` and `NAME_high` are the ends of
the 95 % interval of `NAME`.

| column | unit | meaning |
|---|---|---|
"""


def page() -> str:
    """The page as Markdown: one table, by unit."""
    with COLUMNS.open("rb") as file:
        units = tomllib.load(file)
    rows = [
        f"| `{column}` | {unit} | {' '.join(str(meaning).split())} |\n"
        for unit, columns in units.items()
        for column, meaning in columns.items()
    ]
    return INTRODUCTION + "".join(rows)
