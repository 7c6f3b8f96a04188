"""How each architecture was trained, key by key, and where they differ."""

from __future__ import annotations

import pandas as pd

from bench.spec import Architecture, Suite, flattened


def recipe_table(suite: Suite, labels: tuple[str, ...]) -> pd.DataFrame:
    """One row a recipe key: its value per architecture as text, and whether they differ in it."""
    chosen = [architecture for architecture in suite.architectures if architecture.label in labels]
    flat = {architecture.label: _flat_recipe(suite, architecture) for architecture in chosen}
    keys = list(dict.fromkeys(key for recipe in flat.values() for key in recipe))
    table = []
    for key in keys:
        values = {label: recipe.get(key, "") for label, recipe in flat.items()}
        table.append({"key": key, "differs": len(set(values.values())) > 1, "values": values})
    return pd.DataFrame(table, columns=["key", "differs", "values"])


def _flat_recipe(suite: Suite, architecture: Architecture) -> dict[str, str]:
    return dict(flattened(suite.recipe_of(architecture).model_dump(mode="json")))
