"""Tables of timm's `benchmark.py`, as the project publishes them and as the script writes them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bench.analysis.imported import names
from bench.analysis.imported.measured import Measured, Source, measured

MODES = {"infer": "inference_throughput", "train": "train_throughput"}

COLUMN = "{mode}_samples_per_sec"

LAYOUTS = {"nchw": "contiguous", "nhwc": "channels_last"}

BEGINNINGS = ("benchmark-", "model_benchmark_")
"""Of the file names under which timm publishes its tables; they alone say precision, layout and device."""


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file.

    Raises:
        csv.Error: It is no CSV.
    """
    return list(csv.DictReader(text.lstrip("\ufeff").splitlines(), strict=True))


def is_table(rows: object) -> bool:
    """Whether rows are those of timm's script."""
    return (
        isinstance(rows, list)
        and bool(rows)
        and isinstance(rows[0], dict)
        and "model" in rows[0]
        and any(COLUMN.format(mode=mode) in row for mode in MODES for row in rows if isinstance(row, dict))
    )


def read_table(name: str, rows: list[Any], said: Mapping[str, str]) -> Source:
    """Every model of a table; one without a figure failed, and is left out.

    Args:
        name: Name of the file.
        rows: Its rows, by column.
        said: Conditions that hold for all of them, from beside the file.
    """
    common = {**of_file_name(name), **said}
    found, left_out = [], []
    for row in rows:
        figures = list(_figures(row, common)) if isinstance(row, dict) else []
        found += figures
        if not figures:
            left_out.append(str(row.get("model", "?")) if isinstance(row, dict) else "?")
    return Source(name, "timm", tuple(found), tuple(f"{model}: no figure" for model in left_out))


def _figures(row: Mapping[str, Any], common: Mapping[str, str]) -> Iterator[Measured]:
    for mode, quantity in MODES.items():
        told = {
            "batch size": _whole(row.get(f"{mode}_batch_size")),
            "image size": _whole(row.get(f"{mode}_img_size")),
        }
        conditions = {**common, **{key: value for key, value in told.items() if value}}
        value = row.get(COLUMN.format(mode=mode))
        figure = measured(str(row.get("model") or "?"), quantity, value, conditions)
        if figure is not None:
            yield figure


def _whole(value: object) -> str:
    """A size as text; empty where there is none, and "224" for 224.0."""
    text = str(value).strip() if value not in (None, "") else ""
    return re.sub(r"\.0+$", "", text)


def of_file_name(name: str) -> dict[str, str]:
    """What the name of a published table says of it: precision, layout, torch, device; else empty.

    For example "benchmark-infer-amp-nhwc-pt240-cu124-rtx4090-dynamo.csv".
    """
    stem = re.sub(r"\.(csv|json)$", "", name.lower())
    if not stem.startswith(BEGINNINGS):
        return {}
    words = stem.split("-" if stem.startswith("benchmark-") else "_")[1:]
    kept = [word for word in words if word not in (*MODES, "benchmark")]
    known = {word for word in kept if word in names.PRECISIONS or word in LAYOUTS}
    rest = [word for word in kept if word not in known and not re.fullmatch(r"(pt|cu)\d+|dynamo|cpu", word)]
    found = {"compile mode": "compiled" if "dynamo" in kept else "eager"}
    for word in kept:
        if word in names.PRECISIONS:
            found["precision"] = names.precision(word, on_cpu="cpu" in kept)
        elif word in LAYOUTS:
            found["memory format"] = LAYOUTS[word]
        elif match := re.fullmatch(r"pt(1)(\d\d)|pt([2-9])(\d+?)\d?", word):
            major, minor = match[1] or match[3], match[2] or match[4]
            found["torch"] = f"{major}.{minor}"
    return found | ({"device name": " ".join(rest)} if rest else {})
