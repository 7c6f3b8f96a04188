"""What every model of a suite or a record is built from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema


class Model(BaseModel):
    """Base of every record and specification: frozen, no unknown keys, docstrings become the JSON Schema."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        allow_inf_nan=False,
        protected_namespaces=(),
    )


Positive = Annotated[int, Field(gt=0)]


Fraction = Annotated[float, Field(ge=0, lt=1)]


Label = Annotated[str, Field(min_length=1, max_length=200)]


DEEPEST = 32
"""Levels of tables and arrays in each other that a suite may have; writing and hashing follow far more."""


def nested_too_deeply(value: object) -> bool:
    """Whether tables and arrays lie in each other beyond `DEEPEST` levels; however deep that is."""
    level = [value]
    for _ in range(DEEPEST + 1):
        holders = [item for item in level if isinstance(item, dict | list | tuple)]
        level = [inner for one in holders for inner in (one.values() if isinstance(one, dict) else one)]
        if not holders:
            return False
    return True


def _shallow(value: dict[str, Any]) -> dict[str, Any]:
    if nested_too_deeply(value):
        msg = f"nested more than {DEEPEST} levels deep"
        raise ValueError(msg)
    return value


Arguments = Annotated[dict[str, Any], AfterValidator(_shallow)]
"""Keyword arguments of a constructor, whose matter they are but for how deep they go."""


UNITS = {
    "": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12,
    "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40,
}  # fmt: skip
"""Prefixes of bytes: decimal, and binary after IEC 80000-13."""


def _in_bytes(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?)b\s*", value, re.IGNORECASE)
    if not match or match[2].lower() not in UNITS:
        msg = f"expected bytes, for example 200000000, '200 MB' or '2 GiB', got {value!r}"
        raise ValueError(msg)
    return round(float(match[1]) * UNITS[match[2].lower()])


Bytes = Annotated[
    int,
    Field(gt=0),
    BeforeValidator(_in_bytes),
    WithJsonSchema({"anyOf": [{"type": "integer", "exclusiveMinimum": 0}, {"type": "string"}]}),
]
"""A number of bytes; text like "2 GiB" is understood."""


@dataclass(frozen=True)
class AlsoAccepts:
    """Tells the JSON Schema of a shorthand that a validator beside it understands."""

    shorthand: Literal["boolean", "string"]

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [handler(core), {"type": self.shorthand}]}


@dataclass(frozen=True)
class named:  # noqa: N801 - read as a word in an annotation
    """Let `"cosine"` stand for `{ name = "cosine" }`, and a table without a name for the default one."""

    default: str | None = None

    def _complete(self, value: object) -> object:
        if isinstance(value, str):
            return {"name": value}
        return {"name": self.default, **value} if self.default and isinstance(value, dict) else value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._complete, handler(source))

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A table of some kind, or the name of one that needs no other key."""
        tables = handler(core)
        kinds = [handler.resolve_ref_schema(kind) for kind in tables["oneOf"]]
        alone = [kind["properties"]["name"] for kind in kinds if set(kind.get("required", ())) <= {"name"}]
        names = [name for key in alone for name in key.get("enum", [key.get("const")])]
        return {"anyOf": [tables, {"enum": names}]}
