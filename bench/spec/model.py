"""What every model of a suite or a record is built from."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


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


def named(default: str | None = None) -> BeforeValidator:
    """Let `"cosine"` stand for `{ name = "cosine" }`, and a table without a name for the default one."""

    def complete(value: object) -> object:
        if isinstance(value, str):
            return {"name": value}
        return {"name": default, **value} if default and isinstance(value, dict) else value

    return BeforeValidator(complete)
