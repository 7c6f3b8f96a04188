"""The tables as files for other programs: Markdown, JSON, CSV and Parquet."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

from bench.analysis.frames import rows
from bench.analysis.tables import Tables
from bench.store import write_atomically
from reports.conclusion import conclusion
from reports.elements import Items, Notes, Section, Table
from reports.sections import SECTIONS
from reports.sections.ranking import ranking
from reports.tidy import harmless, tidy
from reports.words import DIRECTIONS, plain_text

TABLES_FOLDER = "tables"


def write_markdown(tables: Tables, folder: Path) -> list[Path]:
    """report.md: the paragraph and every table of the page, for a pull request or an issue."""
    return [_write(folder / "report.md", markdown(tables))]


def write_json(tables: Tables, folder: Path) -> list[Path]:
    """report.json: every table as a list of rows, exact values; what is not a number is null."""
    content: dict[str, Any] = {
        "run_id": tables.info.run_id,
        "title": tables.suite.title,
        "conclusion": plain_text(conclusion(tables)),
        **{name: [finite(row) for row in rows(frame)] for name, frame in tables.frames().items()},
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    return [_write(folder / "report.json", text + "\n")]


def write_csv(tables: Tables, folder: Path) -> list[Path]:
    """tables/NAME.csv for every table; numbers in full, and text that no spreadsheet takes for a formula."""
    return [
        _write(
            folder / TABLES_FOLDER / f"{name}.csv", harmless(frame).to_csv(index=False, lineterminator="\n")
        )
        for name, frame in tidy(tables).items()
    ]


def write_parquet(tables: Tables, folder: Path) -> list[Path]:
    """tables/NAME.parquet for every table; text verbatim."""
    paths = []
    for name, frame in tidy(tables).items():
        path = folder / TABLES_FOLDER / f"{name}.parquet"
        write_atomically(path, frame.to_parquet(index=False))
        paths.append(path)
    return paths


def markdown(tables: Tables) -> str:
    """The paragraph and the tables as GitHub-flavoured Markdown."""
    made = [section for make in SECTIONS if (section := make(tables))]
    blocks = [
        f"# {escaped(tables.suite.title)}",
        escaped(plain_text(conclusion(tables))),
        table_text(ranking(tables)),
    ]
    for section in made:
        blocks += section_blocks(section)
    return "\n\n".join(blocks) + "\n"


def section_blocks(section: Section) -> list[str]:
    """Heading, lead and tables; figures and verbatim text stay in the page."""
    parts: list[str] = []
    for part in section.parts:
        if isinstance(part, Table):
            parts.append(table_text(part))
        elif isinstance(part, Items | Notes):
            parts.append("\n".join(f"- **{escaped(name)}**: {escaped(text)}" for name, text in part.pairs))
    if not parts:
        return []
    return [f"## {section.title}", *([section.lead] if section.lead else []), *parts]


def table_text(table: Table) -> str:
    """A table as Markdown."""
    headers = [escaped(f"{column.title} {column.unit}".strip()) for column in table.columns]
    rule = ["---:" if column.numeric else "---" for column in table.columns]
    body = [[escaped(cell.text) for cell in row] for row in table.rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in [headers, rule, *body])


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line, without signs that turn the direction of text."""
    return " ".join(re.sub(r"([\\|<>`*_\[\]&~$])", r"\\\1", DIRECTIONS.sub("", text)).split())


def finite(value: Any) -> Any:
    """JSON has no NaN and no infinity."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write(path: Path, text: str) -> Path:
    write_atomically(path, text.encode())
    return path
