"""The data of a page's figures, unpacked for comparison; nothing about them is trusted."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from typing import Any

LARGEST = 2**26
"""Bytes of an unpacked figure, or of the figures' library."""


def unpacked(text: str) -> Any:
    """What was packed as JSON; None where it was something else."""
    try:
        stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        return json.loads(stream.decompress(base64.b64decode(text), LARGEST))
    except (zlib.error, ValueError, RecursionError):  # ValueError: no base64, no UTF-8, or no JSON
        return None


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Each number and text in nested data, with its place there."""
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, f"{name}/{key}")
    else:
        yield name, str(value)


def drawn_numbers(text: str) -> dict[str, str]:
    """The numbers that a figure draws, by their place in its data."""
    spec = unpacked(text)
    if not isinstance(spec, dict):
        return {}
    traces = spec.get("traces")
    traces = [trace for trace in traces if isinstance(trace, dict)] if isinstance(traces, list) else []
    drawn = [{axis: trace.get(axis) for axis in "xyz"} for trace in traces]
    return dict(leaves([spec.get("columns"), drawn]))
