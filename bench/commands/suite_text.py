"""The text of a new suite: the template beside this file, filled in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from string import Template

from bench.spec import Suite
from bench.toml_text import toml_value

SCHEMA = "suite.schema.json"
"""Name of the JSON Schema that editors are pointed to, if it lies beside the suite."""


@dataclass(frozen=True)
class Data:
    """What is written about the dataset."""

    name: str
    path: str | None = None
    image_size: int | None = None
    """None leaves the dataset's own."""
    augment: tuple[str, ...] = ()


def suite_text(data: Data, names: tuple[str, ...], epochs: int, seeds: int, *, schema: bool) -> str:
    """The suite as TOML, every key explained; a tab in the template leads to the column of the comments."""
    template = Template(Path(__file__).with_name("suite_template.txt").read_text(encoding="utf-8"))
    tables = (
        f"\n[[architectures]]\nlabel = {toml_value(one[-200:])}\nname = {toml_value(one)}\n" for one in names
    )
    subject = " against ".join(names) if len(names) <= 3 else f"{len(names)} architectures"
    directive = f"#:schema ./{SCHEMA}"
    text = template.substitute(
        head=f"{directive}\n"
        if schema
        else f"# For editors that complete and check: `bench schema > {SCHEMA}`, and as the first line\n"
        f"# {directive}\n\n",
        title=toml_value(f"{subject} on {data.name}"[:500]),
        description=toml_value(f"Which network learns {data.name} best, and at what cost?"),
        dataset=toml_value(data.name),
        path="" if data.path is None else f"path = {toml_value(data.path)}\t# relative to the data root\n",
        image_size=""
        if data.image_size is None
        else f"image_size = {data.image_size}\t# images are resized to this many pixels a side\n",
        augment=toml_value(data.augment),
        epochs=epochs,
        seeds=toml_value(tuple(range(seeds))),
        architectures="".join(tables),
    )
    columns = (line.partition("\t") for line in text.splitlines(keepends=True))
    return "".join(f"{key:24} {comment}" if tab else key for key, tab, comment in columns)


def has_schema(folder: Path) -> bool:
    """Whether the schema beside the suite is that of this program; one of another version would mislead."""
    try:
        kept = json.loads((folder / SCHEMA).read_bytes())
    except (OSError, ValueError):
        return False
    return bool(kept == Suite.model_json_schema())
