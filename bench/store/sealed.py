"""JSON files that carry their own checksum and the version of their format."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from bench.errors import StoreError
from bench.records import SCHEMA_VERSION
from bench.spec import Model

M = TypeVar("M", bound=Model)

LARGEST = 1e100
"""Beyond every number that can be measured or counted, and small enough to be multiplied with another."""

SEAL = "sha256"
"""Key of the checksum: SHA-256 of all other keys as canonical JSON."""


def seal(model: Model) -> bytes:
    """A model as readable JSON with its checksum."""
    content = json.loads(model.model_dump_json())
    return json.dumps({**content, SEAL: checksum(content)}, indent=1, ensure_ascii=False).encode()


def checksum(content: dict[str, Any]) -> str:
    """SHA-256 of a JSON object, whatever its spaces and the order of its keys are."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read_sealed(path: Path, model: type[M]) -> M:
    """Read a file; another version is refused before anything else is looked at.

    Files written before there were checksums have none, and are read all the same.

    Raises:
        StoreError: It is damaged, of another version, or cannot be read.
    """
    try:
        content = json.loads(path.read_bytes())
        _refuse_other_version(path, content)
        if isinstance(content, dict) and content.pop(SEAL, None) not in (None, checksum(content)):
            raise StoreError(
                f"{path}: damaged (changed since it was written); remove it and run the suite again"
            )
        _refuse_absurd(content)
        return model.model_validate(content)
    except (ValueError, ValidationError, RecursionError) as error:
        first = str(error).splitlines()[0] if not isinstance(error, ValidationError) else _first(error)
        raise StoreError(f"{path}: damaged ({first}); remove it and run the suite again") from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error


def _refuse_other_version(path: Path, content: Any) -> None:
    version = content.get("schema_version") if isinstance(content, dict) else None
    if isinstance(version, int) and version != SCHEMA_VERSION:
        advice = "update the program" if version > SCHEMA_VERSION else "run the suite again with --fresh"
        raise StoreError(
            f"{path}: written in version {version} of the record format, "
            f"this program reads version {SCHEMA_VERSION}; {advice}"
        )


def _refuse_absurd(content: Any) -> None:
    """Nobody measured 1e308 of anything, and what is computed from it would overflow somewhere.

    Raises:
        ValueError: A number is too large for what it could stand for.
    """
    if isinstance(content, dict | list):
        for item in content.values() if isinstance(content, dict) else content:
            _refuse_absurd(item)
    elif isinstance(content, int | float) and not abs(content) <= LARGEST:
        msg = f"a number is beyond {LARGEST:g}"
        raise ValueError(msg)


def _first(error: ValidationError) -> str:
    entry = error.errors()[0]
    return f"{'.'.join(map(str, entry['loc']))}: {entry['msg']}"
