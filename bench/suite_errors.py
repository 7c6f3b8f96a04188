"""From pydantic's errors to lines a person can act on: key path, what was expected, what was meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from bench.spec import Suite


def explain(
    error: ValidationError, document: Any, *, model: type[BaseModel] = Suite, prefix: str = ""
) -> Iterator[str]:
    """One line per wrong key: the branches of a union that failed for the same value are joined.

    Args:
        error: What validating `document` as `model` raised.
        document: The parsed document.
        model: The model it was validated against, for suggestions of keys.
        prefix: Where in the suite the document stands; put before each key path.
    """
    expected: dict[str, list[str]] = {}
    for entry in error.errors():
        path, value = _key_path(document, entry["loc"], missing=entry["type"] == "missing")
        if entry["type"] == "too_short" and value:
            continue  # its items are wrong, and reported one by one
        expected.setdefault(prefix + path, []).append(_expectation(entry, value, model))
    for path, texts in expected.items():
        yield f"{path}: {', or '.join(dict.fromkeys(texts))}"


def _key_path(document: Any, loc: tuple[int | str, ...], *, missing: bool) -> tuple[str, Any]:
    """Follow `loc` through the document, leaving out the union tags that pydantic puts into it."""
    path, here = "", document
    for part in loc:
        inside_list = isinstance(part, int) and isinstance(here, list | tuple) and part < len(here)
        if inside_list:
            path, here = f"{path}[{part}]", here[part]
        elif isinstance(here, dict) and part in here:
            path, here = f"{path}.{part}", here[part]
    if missing:
        path, here = f"{path}.{loc[-1]}", None
    return path.lstrip(".") or "suite", here


def _expectation(entry: Any, value: Any, model: type[BaseModel]) -> str:
    kind, context = entry["type"], entry.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown key" + did_you_mean(str(entry["loc"][-1]), _keys_at(model, entry["loc"][:-1]))
    if kind == "missing":
        return "required, but missing"
    if kind == "literal_error":
        names = re.findall(r"'([^']*)'", context["expected"])
        return f"expected {context['expected']}, got {value!r}" + did_you_mean(str(value), names)
    if kind == "union_tag_invalid":
        names = re.findall(r"'([^']*)'", context["expected_tags"])
        return f"unknown name {context['tag']!r}; expected {', '.join(names)}" + did_you_mean(
            context["tag"], names
        )
    if kind == "union_tag_not_found":
        return 'needs a name, for example name = "..."'
    message = entry["msg"].removeprefix("Value error, ")
    if kind == "too_short":
        message = f"expected at least {context['min_length']} of them"
    message = (
        message.replace("Input should be", "expected")
        .replace("tuple", "array")
        .replace("dictionary", "table")
    )
    return f"{message}, got {_short(value)}"


def _keys_at(root: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys allowed at a place, found by walking the models."""
    models: list[type[BaseModel]] = [root]
    for part in loc:
        if isinstance(part, int):
            continue
        inner = [
            found
            for model in models
            if part in model.model_fields
            for found in _models_in(model.model_fields[part].annotation)
        ]
        tagged = [model for model in models if part in _tags(model)]
        models = inner or tagged or models
    return sorted({key for model in models for key in model.model_fields})


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    field = model.model_fields.get("name")
    return get_args(field.annotation) if field else ()


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion to append to a message, or nothing when no known word is near."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
