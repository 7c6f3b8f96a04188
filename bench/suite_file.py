"""From a TOML file to a `Suite`: every error at once, with file, key path and a suggestion."""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bench.errors import SuiteError
from bench.spec import Dataset, Suite, merge, tuples
from bench.spec.model import DEEPEST, nested_too_deeply
from bench.suite_checks import cross_checks
from bench.suite_errors import explain

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LARGEST_FILE = 1 << 20
"""Bytes; a suite is written by hand, so a larger file is a mistake or an attack."""

NO_TOML = (ValueError, RecursionError)
"""What the parser raises; a plain ValueError for an integer of thousands of digits."""


def load_suite(path_or_name: str, *, overrides: Iterable[str] = ()) -> Suite:
    """Read, complete and check a suite.

    Args:
        path_or_name: A TOML file, or the name of a suite that ships with the program.
        overrides: `key=value` pairs with dotted keys and TOML values, as given to `--set`.

    Raises:
        SuiteError: The file cannot be read, or anything in it is wrong; the message lists every error.
    """
    path = suite_path(path_or_name)
    document = parse(_read(path), str(path))
    return check_document(apply_settings(document, overrides), str(path))


def suite_path(path_or_name: str) -> Path:
    """Find a suite: an existing file, else a shipped one of that name (with or without ".toml").

    Raises:
        SuiteError: Neither exists.
    """
    path = Path(path_or_name)
    if path.is_file():
        return path
    shipped = shipped_suites()
    name = path.name.removesuffix(".toml")
    if path.parent == Path() and name in shipped:
        return shipped[name]
    near = difflib.get_close_matches(name, shipped, n=2)
    hint = f"did you mean {' or '.join(near)}?" if near else f"shipped suites: {', '.join(shipped)}"
    raise SuiteError(f"{path_or_name}: no such suite file, and no shipped suite of that name; {hint}")


def shipped_suites() -> dict[str, Path]:
    """Suites that come with the program, by name: from the wheel, or from the repository it runs in."""
    package = Path(str(resources.files("bench")))
    folder = next(
        (place for place in (package / "suites", package.parent / "suites") if place.is_dir()), None
    )
    return {path.stem: path for path in sorted(folder.glob("*.toml"))} if folder else {}


def check_document(document: dict[str, Any], where: str) -> Suite:
    """Validate a parsed document, and what only the whole of it shows.

    Raises:
        SuiteError: With one line for every error.
    """
    if nested_too_deeply(document):
        raise SuiteError(f"{where}: nested more than {DEEPEST} levels deep; this cannot be a suite")
    _refuse_half_characters(document, where)
    try:
        suite = Suite.model_validate(tuples(document), strict=True)
    except ValidationError as error:
        raise _suite_error(where, list(explain(error, document))) from error
    problems = list(cross_checks(suite, document))
    if problems:
        raise _suite_error(where, problems)
    return suite


def _refuse_half_characters(document: dict[str, Any], where: str) -> None:
    """No TOML file holds half of a surrogate pair, but text of a Python program may."""
    try:
        json.dumps(document, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise SuiteError(f"{where}: a text in it is no Unicode ({error.reason})") from error


def _suite_error(where: str, problems: list[str]) -> SuiteError:
    count = "1 error" if len(problems) == 1 else f"{len(problems)} errors"
    return SuiteError("\n".join([f"{where}: {count}", *(f"  {problem}" for problem in problems)]))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise SuiteError(f"{path}: larger than 1 MiB; this cannot be a suite")
        return content.decode()
    except OSError as error:
        raise SuiteError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SuiteError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error


def parse(text: str, where: str) -> dict[str, Any]:
    """Read TOML.

    Raises:
        SuiteError: It is none.
    """
    try:
        return tomllib.loads(text)
    except NO_TOML as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise SuiteError(f"{where}: not valid TOML: {reason}") from error


def apply_settings(
    document: dict[str, Any], pairs: Iterable[str], *, option: str = "--set"
) -> dict[str, Any]:
    """Merge `key=value` pairs with dotted keys into a document; a value that is no TOML is taken as text.

    Where another dataset is named, what is left of the document is still meant: see `_with_other_data`.

    Raises:
        SuiteError: A pair has no key or no value.
    """
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][\w.]*", key.strip()):
            raise SuiteError(f"{option} {pair}: expected key=value, for example {option} recipe.epochs=5")
        try:
            setting = tomllib.loads(f"{key} = {value}")
        except NO_TOML:
            quoted = value.replace("\\", "\\\\").replace('"', '\\"')
            setting = parse(f'{key} = "{quoted}"', f"{option} {pair}")
        document = _with_other_data(document, merge(document, setting))
    return document


def _with_other_data(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The suite on the data of another name: the same part of them, and claims that are about the first.

    A table whose name changes is replaced as a whole, which suits optimisers: one knows no key of another.
    """
    old, new = (_table(document, "dataset") for document in (before, after))
    name = old.get("name", Dataset.model_fields["name"].default)
    if new.get("name", name) == name:
        return after
    part = {key: old[key] for key in ("limit", "validation", "normalize") if key in old}
    changed: dict[str, Any] = {**after, "dataset": {**part, **new}}
    if isinstance(after.get("claims"), list):
        changed["claims"] = [_about(claim, name) for claim in after["claims"]]
    return changed


def _about(claim: Any, dataset: str) -> Any:
    """The claim, about these data unless it names others itself."""
    if not isinstance(claim, dict):
        return claim
    return {**claim, "protocol": {"dataset": dataset, **_table(claim, "protocol")}}


def _table(document: dict[str, Any], key: str) -> dict[str, Any]:
    """A table of a document that was not checked yet."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}
