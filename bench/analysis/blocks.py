"""Layers added up to the blocks that contain them, at every level of their names."""

from __future__ import annotations

import pandas as pd

from bench.analysis.frames import groups, rows

SUMS = ("params", "macs", "activations")
COLUMNS = ("label", "block", "parent", "level", "type", "layers", *SUMS)


def block_table(layers: pd.DataFrame) -> pd.DataFrame:
    """One row an architecture and node of the tree of its modules' names, in the order of first call.

    The name "stage1.0.conv1" is at level 3, below the blocks "stage1" and "stage1.0". Whatever level is
    added up, the sums of the network come out, since every layer lies below exactly one block of it.

    Args:
        layers: Columns label, layer, type, params, macs, activations.

    Returns:
        `parent` is empty at level 1; `type` is "block" where there are layers below; `layers` counts them.
    """
    table = [node for label, group in groups(layers, "label") for node in _tree(str(label), group)]
    return pd.DataFrame(table, columns=list(COLUMNS))


def _tree(label: str, layers: pd.DataFrame) -> list[dict[str, object]]:
    nodes: dict[str, dict[str, object]] = {}
    for layer in rows(layers):
        parts = str(layer["layer"]).split(".")
        for level in range(1, len(parts) + 1):
            name = ".".join(parts[:level])
            node = nodes.setdefault(
                name,
                {"label": label, "block": name, "parent": ".".join(parts[: level - 1]), "level": level,
                 "type": "", "layers": 0, **dict.fromkeys(SUMS, 0.0)},
            )  # fmt: skip
            node["type"] = "block" if level < len(parts) or node["layers"] else layer["type"]
            node |= {key: node[key] + layer[key] for key in SUMS} | {"layers": node["layers"] + 1}  # type: ignore[operator]
    return list(nodes.values())
