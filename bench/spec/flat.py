"""Settings as text, key by key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def flattened(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every setting of a recipe: its key with dots, and its value as text."""
    for key, item in value.items():
        if isinstance(item, dict):
            yield from flattened(item, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", _text(item)


def _text(value: Any) -> str:
    """Values as a suite would spell them."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_text(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)
