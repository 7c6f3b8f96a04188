"""Plain values as TOML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bench.errors import SuiteError


def document_to_toml(document: Mapping[str, Any]) -> str:
    """Plain values first, then tables, then arrays of tables; what lies deeper is written inline.

    Raises:
        SuiteError: A value has no form in TOML.
    """
    return "\n".join(_lines(document)) + "\n"


def toml_value(value: Any) -> str:
    """One value on one line.

    Raises:
        SuiteError: It has no form in TOML.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)  # "nan" and "inf" are TOML, too
        case str():
            return _text(value)
        case list() | tuple():
            return f"[{', '.join(map(toml_value, value))}]"
        case Mapping():
            return _inline(value)
    raise SuiteError(f"{value!r} has no form in TOML; use text, numbers, true or false, lists and tables")


def _text(value: str) -> str:
    """What JSON escapes, TOML does, save for one control character."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise SuiteError(f"{value!r} is no Unicode text") from error
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _inline(table: Mapping[str, Any]) -> str:
    return f"{{ {', '.join(_pairs(table))} }}" if table else "{}"


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    """TOML has no null; what is None is left out, as if it had not been given."""
    return (f"{_key(key)} = {toml_value(value)}" for key, value in table.items() if value is not None)


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    tables = {key: value for key, value in document.items() if isinstance(value, Mapping)}
    arrays = {key: value for key, value in document.items() if _is_array_of_tables(value)}
    yield from _pairs({key: value for key, value in document.items() if key not in tables | arrays})
    for key, table in tables.items():
        yield from _table(f"[{_key(key)}]", table)
    for key, array in arrays.items():
        for table in array:
            yield from _table(f"[[{_key(key)}]]", table)


def _table(header: str, table: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield header
    yield from _pairs(table)


def _is_array_of_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _key(key: object) -> str:
    text = str(key)
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else toml_value(text)
