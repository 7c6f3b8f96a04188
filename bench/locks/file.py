"""The lock file of a suite: one block an architecture, one line a layer, written for review in a diff."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from bench.errors import CheckError, StoreError
from bench.spec import Model, tuples
from bench.spec.model import Arguments

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

VERSION = 1
HEADER = """\
# The counts that `bench check` guards, written by `bench lock`. Review the diff; lock again to accept it.
# layers: name, type, calls, input shape, output shape, shapes of the weights, params, MACs, activations
"""


class LockedLayer(NamedTuple):
    """One layer that holds parameters or multiplies; shapes are written like 64x112x112."""

    layer: str
    type: str
    calls: int
    input_shape: str
    output_shape: str
    weights: str
    params: int
    macs: int
    activations: int


class Locked(Model):
    """The agreed counts of one architecture; `bench.records.StaticFacts` says what each number means."""

    name: str
    """Name of the network, as in the suite."""
    args: Arguments
    """Arguments of its constructor."""
    input: str
    """C x H x W of one image."""
    classes: int
    """Classes of the task."""
    params: int
    params_frozen: int
    macs: int
    activations: int
    output_shape: str
    layers: tuple[LockedLayer, ...]


Lock = Mapping[str, Locked]
"""From labels to counts."""


def lock_path(suite: Path) -> Path:
    """Where the lock file of a suite lies: beside it."""
    return suite.with_suffix(".lock")


def read_lock(path: Path) -> Lock:
    """Read a lock file.

    Raises:
        CheckError: There is none.
        StoreError: It cannot be read, is damaged, or was written by another version.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        suite = path.with_suffix(".toml")
        raise CheckError(f"{path}: no lock file; write it with: bench lock {suite}") from error
    except (OSError, ValueError, RecursionError) as error:  # integers of thousands of digits are ValueErrors
        raise StoreError(f"{path}: cannot be read: {error}; restore it from version control") from error
    if (version := document.get("version")) != VERSION:
        advice = "lock again with `bench lock`, or use the version of the program that wrote it"
        raise StoreError(f"{path}: lock file version {version!r}, this program reads {VERSION}; {advice}")
    try:
        blocks = document.get("architectures", {}).items()
        return {label: Locked.model_validate(tuples(block)) for label, block in blocks}
    except (ValidationError, AttributeError, RecursionError) as error:
        raise StoreError(f"{path}: damaged: {error}; restore it from version control") from error


def render_lock(lock: Lock) -> str:
    """Write a lock as text, sorted by label; the same counts always give the same text."""
    blocks = (_block(label, lock[label]) for label in sorted(lock))
    return "\n".join([f"{HEADER}version = {VERSION}\n", *blocks])


def _block(label: str, locked: Locked) -> str:
    facts = locked.model_dump(exclude={"layers"})
    lines = [f"[architectures.{_toml(label)}]", *(f"{key} = {_toml(value)}" for key, value in facts.items())]
    rows = (f"  {_toml(list(layer))}," for layer in locked.layers)
    return "\n".join([*lines, "layers = [", *rows, "]", ""])


def _toml(value: Any) -> str:
    """Write one value as TOML on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        # JSON's strings are TOML's, but for the one control character that JSON leaves as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_toml(str(key))} = {_toml(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, Iterable):
        return f"[{', '.join(map(_toml, value))}]"
    return repr(value)
