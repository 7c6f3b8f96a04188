"""Recognise a file of another tool by its content, and read it."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.analysis.imported import asv, pytest_benchmark, timm
from bench.analysis.imported.measured import CONDITIONS, Source
from bench.errors import StoreError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LARGEST = 64 * 2**20
"""Bytes of a file; the largest published table has a fraction of a megabyte."""

KINDS = "a table of timm's benchmark.py, a result file of asv, a file of pytest-benchmark"

BESIDE = ".conditions.toml"
"""Ending of a file that says what a table does not: conditions by name, for all of its rows."""

Reader = Callable[[str, Any, dict[str, str]], Source]

READERS: tuple[tuple[Callable[[object], bool], Reader], ...] = (
    (timm.is_table, timm.read_table),
    (asv.is_file, asv.read_file),
    (pytest_benchmark.is_file, pytest_benchmark.read_file),
)
"""How each format is recognised, and what reads it."""


def read(path: Path) -> Source:
    """Read a file of another tool; nothing of it is executed.

    Raises:
        StoreError: It cannot be read, or is of no format that is known.
    """
    content, said = _content(path), _said(path)
    for recognises, reader in READERS:
        if recognises(content):
            return reader(path.name, content, said)
    raise StoreError(f"{path}: neither a run directory nor {KINDS}")


def _content(path: Path) -> object:
    """JSON as it is, a CSV file as a list of rows by column."""
    text = _text(path)
    try:
        if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
            content = json.loads(text.lstrip("\ufeff"))
            return [content] if timm.is_table([content]) else content
        return timm.rows_of(text)
    except (ValueError, RecursionError, csv.Error) as error:
        raise StoreError(f"{path}: damaged, or neither JSON nor CSV: {error}") from error


def _said(path: Path) -> dict[str, str]:
    """What `FILE.conditions.toml` says, if it is there.

    Raises:
        StoreError: It cannot be read, or names a condition that there is not.
    """
    beside = path.with_name(path.name + BESIDE)
    if not beside.is_file():
        return {}
    try:
        said = tomllib.loads(_text(beside))
    except tomllib.TOMLDecodeError as error:
        raise StoreError(f"{beside}: {error}") from error
    named = {key.replace("_", " "): str(value) for key, value in said.items()}
    if unknown := [key for key in named if key not in CONDITIONS]:
        raise StoreError(f"{beside}: unknown condition {unknown[0]!r}; choose from {', '.join(CONDITIONS)}")
    return named


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise StoreError(f"{path}: larger than {LARGEST // 2**20} MiB; no table of results is")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise StoreError(f"{path}: no UTF-8 text") from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
