"""The page of every key of a suite, made from the JSON Schema of the models that read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bench.spec import Suite

PREFIX = "#/$defs/"
INTRODUCTION = """# Every key of a suite

Made from the models in `bench/spec/` that read a suite. A key without a default must be written. Where a
table has several kinds, `name` says which: `schedule = { name = "step", milestones = [10] }`. A name alone
takes that kind's defaults: `schedule = "cosine"`. [What the numbers mean](../metrics.md) explains the words.
"""

Schema = dict[str, Any]


def page() -> str:
    """The page as Markdown: a section a table, in the order in which a suite names them."""
    schema = Suite.model_json_schema()
    tables = schema["$defs"]
    places = {name: place for place, name in _places(schema, tables)}
    sections = [_section("Top level", "Suite", schema)]
    sections += [_section(f"`{place}`", name, tables[name]) for name, place in places.items()]
    return "\n".join([INTRODUCTION, *sections])


def _places(table: Schema, tables: Schema, path: str = "") -> Iterator[tuple[str, str]]:
    """Where each kind of table is written, and its name; depth first."""
    for key, value in table.get("properties", {}).items():
        place = f"{path}.{key}" if path else key
        for name in _references(value):
            kind = tables[name].get("properties", {}).get("name", {})
            names = kind.get("enum", [kind["const"]] if "const" in kind else [])
            yield place + "".join(f", {one}" for one in names), name
            yield from _places(tables[name], tables, place)


def _references(value: Any) -> Iterator[str]:
    """The tables that a key may hold."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].removeprefix(PREFIX)
        for part in ("anyOf", "oneOf", "items", "allOf"):
            yield from _references(value.get(part))
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _section(title: str, name: str, table: Schema) -> str:
    required = set(table.get("required", ()))
    rows = [
        f"| `{key}` | {_cell(kind_of(value))} | {_default(value, needed=key in required)} "
        f"| {_cell(value.get('description', ''))} |"
        for key, value in table.get("properties", {}).items()
    ]
    head = ["| key | value | default | meaning |", "|---|---|---|---|"] if rows else []
    return "\n".join(
        [f"## {title} {{ #{name} }}", "", _line(table.get("description", "")), "", *head, *rows, ""]
    )


def kind_of(value: Schema) -> str:
    """What a key accepts, in words."""
    if "$ref" in value:
        name = value["$ref"].removeprefix(PREFIX)
        return f"[table](#{name})"
    for part in ("anyOf", "oneOf", "allOf"):
        if part in value:
            kinds = [kind_of(one) for one in value[part] if one.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
    if "const" in value:
        return f"`{_toml(value['const'])}`"
    if "enum" in value:
        return " or ".join(f"`{_toml(one)}`" for one in value["enum"])
    if value.get("type") == "array":
        items = value.get("prefixItems")
        return (
            f"[{', '.join(map(kind_of, items))}]" if items else f"list of {kind_of(value.get('items', {}))}"
        )
    words = {"integer": "whole number", "number": "number", "string": "text", "boolean": "true or false"}
    return words.get(str(value.get("type")), "table") + _bounds(value)


def _bounds(value: Schema) -> str:
    signs = (("exclusiveMinimum", ">"), ("minimum", "≥"), ("exclusiveMaximum", "<"), ("maximum", "≤"))
    bounds = " and ".join(f"{sign} {value[key]:g}" for key, sign in signs if key in value)
    return f" {bounds}" if bounds else ""


def _default(value: Schema, *, needed: bool) -> str:
    if needed:
        return "*must be written*"
    default = value.get("default")
    if default is None:
        return "none"
    return "see the table" if isinstance(default, dict) and default else f"`{_toml(default)}`"


def _toml(value: Any) -> str:
    """A value as a suite would spell it; JSON and TOML agree on what occurs here."""
    return json.dumps(value, ensure_ascii=False)


def _cell(text: str) -> str:
    return _line(text).replace("|", r"\|")


def _line(text: str) -> str:
    return " ".join(text.split())
