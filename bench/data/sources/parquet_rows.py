"""The rows of hub-style parquet files: encoded images, integer labels, class names of the schema metadata."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.data.images import Encoded
from bench.data.source import Labels
from bench.data.split import Indices
from bench.errors import DataError

_IMAGES = ("image", "img")
_LABELS = ("label", "fine_label", "labels")
_ROWS = 1024
_BROKEN = (pa.ArrowException, OSError, ValueError)


class Rows:
    """The rows of several files, in order; labels are read at once, images while iterating.

    Raises:
        DataError: A file is damaged, has no image or label column, or columns of another kind.
    """

    def __init__(self, files: tuple[Path, ...]) -> None:
        schema = _schema(files[0])
        self._files = files
        self._image = _column(schema, _IMAGES, files[0])
        label = _column(schema, _LABELS, files[0])
        self.class_names = _class_names(schema, label)
        self.labels: Labels = np.concatenate([_labels(file, label) for file in files])

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: Indices) -> Iterator[Encoded]:
        """Images of the given ascending rows."""
        wanted = np.zeros(len(self), dtype=bool)
        wanted[rows] = True
        row = 0
        for file in self._files:
            for number, data in enumerate(_images(file, self._image)):
                if wanted[row]:
                    if data is None:
                        raise DataError(f"{file}, row {number}: no image bytes; export the images embedded")
                    yield Encoded(data, int(self.labels[row]), f"{file}, row {number}")
                row += 1


def _schema(file: Path) -> Any:
    try:
        return pq.read_schema(file)
    except _BROKEN as error:
        raise _damaged(file, error) from error


def _column(schema: Any, names: tuple[str, ...], file: Path) -> str:
    for name in names:
        if name in schema.names:
            return name
    raise DataError(f"{file}: no column named {' or '.join(names)}; it has {', '.join(schema.names)}")


def _batches(file: Path, column: str) -> Iterator[Any]:
    try:
        with pq.ParquetFile(file, page_checksum_verification=True) as parquet:
            for batch in parquet.iter_batches(_ROWS, columns=[column]):
                yield batch.column(column)
    except KeyError as error:
        raise DataError(f"{file}: no column named {column}, unlike the other files of its split") from error
    except _BROKEN as error:
        raise _damaged(file, error) from error


def _labels(file: Path, column: str) -> Labels:
    parts = []
    for part in _batches(file, column):
        if not pa.types.is_integer(part.type) or part.null_count:
            raise DataError(f"{file}: column {column!r} must hold an integer label in every row")
        parts.append(part.to_numpy().astype(np.int64))
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _images(file: Path, column: str) -> Iterator[bytes | None]:
    for part in _batches(file, column):
        binary = part
        if pa.types.is_struct(part.type):
            if part.type.get_field_index("bytes") < 0:
                raise DataError(f"{file}: column {column!r} has no field 'bytes'; export the images embedded")
            binary = part.field("bytes")
        if not (pa.types.is_binary(binary.type) or pa.types.is_large_binary(binary.type)):
            raise DataError(f"{file}: column {column!r} must hold encoded images, not {binary.type}")
        yield from binary.to_pylist()


def _class_names(schema: Any, label: str) -> tuple[str, ...] | None:
    """What the hub's libraries write beside the schema; files without it are fine."""
    try:
        features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
        names = features[label]["names"]
    except (KeyError, TypeError, ValueError):
        return None
    return tuple(map(str, names)) if isinstance(names, list) else None


def _damaged(file: Path, error: Exception) -> DataError:
    return DataError(f"{file}: not a readable parquet file; it is truncated or damaged, replace it ({error})")
