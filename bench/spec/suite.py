"""Everything one comparison consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from bench.spec.claim import Claim
from bench.spec.dataset import Dataset
from bench.spec.execution import Execution
from bench.spec.measure import Measure
from bench.spec.model import Arguments, Label, Model
from bench.spec.recipe import Recipe


@dataclass(frozen=True)
class _RecipeKeys:
    """Tells the JSON Schema which keys a part of a recipe may have.

    Tables among them may be partial, too, and merge with ones of any kind, so of these only the name and the
    documentation are told.
    """

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        recipe = Recipe.model_json_schema()["properties"]
        keys = {name: _without_default(key) for name, key in recipe.items()}
        return {**handler(core), "properties": keys, "additionalProperties": False}


def _without_default(key: dict[str, Any]) -> dict[str, Any]:
    if key.get("type") in ("integer", "number", "boolean"):
        return {part: value for part, value in key.items() if part != "default"}
    return {"description": key["description"]}


class Architecture(Model):
    """One row of the comparison."""

    label: Label
    """Name in tables and figures; unique within the suite."""
    name: str
    """A name from `bench list architectures`, `torchvision:NAME`, `timm:NAME` or `module:function`."""
    args: Arguments = {}
    """Arguments of the constructor."""
    recipe: Annotated[dict[str, Any], _RecipeKeys()] = {}
    """Recipe keys that differ for this architecture. A table merges key by key unless its `name` changes."""


class Suite(Model):
    """Everything one comparison consists of."""

    title: Annotated[str, Field(max_length=500)] = "Untitled suite"
    """Heading of the report."""
    description: str = ""
    """A paragraph for the report: the question this suite asks."""
    dataset: Dataset = Dataset()
    """What is learned."""
    recipe: Recipe = Recipe()
    """How each network is trained, as far as it has no recipe of its own."""
    execution: Execution = Execution()
    """Device, precision and limits of the trials."""
    measure: Measure = Measure()
    """What is measured."""
    architectures: Annotated[tuple[Architecture, ...], Field(min_length=1)]
    """The networks that are compared."""
    claims: tuple[Claim, ...] = ()
    """Published figures to check."""
    tolerance: dict[Literal["params", "macs", "activations"], Annotated[float, Field(ge=0)]] = {}
    """Relative change that `bench check` accepts, per metric. Default: none, counts are exact."""

    def recipe_of(self, architecture: Architecture) -> Recipe:
        """The suite's recipe with the architecture's own keys merged in.

        Raises:
            pydantic.ValidationError: The merged recipe is not valid.
        """
        base = self.recipe.model_dump(exclude_unset=True)
        return Recipe.model_validate(tuples(merge(base, architecture.recipe)), strict=True)


def merge(base: dict[str, Any], override: dict[str, Any]) -> dict[str, Any]:
    """Merge `override` into `base`, table by table; a table whose `name` changes is replaced."""
    merged = dict(base)
    for key, value in override.items():
        old = merged.get(key)
        if (
            isinstance(value, dict)
            and isinstance(old, dict)
            and value.get("name", old.get("name")) == old.get("name")
        ):
            merged[key] = merge(old, value)
        else:
            merged[key] = value
    return merged


def tuples(value: Any) -> Any:
    """Turn the lists of a TOML document into tuples, which strict frozen models ask for."""
    if isinstance(value, dict):
        return {key: tuples(item) for key, item in value.items()}
    return tuple(map(tuples, value)) if isinstance(value, list | tuple) else value
