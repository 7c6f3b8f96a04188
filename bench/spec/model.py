"""What every model of a suite or a record is built from."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema


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


def named(default: str | None = None) -> BeforeValidator:
    """Let `"cosine"` stand for `{ name = "cosine" }`, and a table without a name for the default one."""

    def complete(value: object) -> object:
        if isinstance(value, str):
            return {"name": value}
        return {"name": default, **value} if default and isinstance(value, dict) else value

    return BeforeValidator(complete)
