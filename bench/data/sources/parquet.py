"""Hub-style parquet: `train-*.parquet` and `test-*.parquet` with encoded images and integer labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np

from bench.data.images import blocks, common_shape
from bench.data.source import TEST_SPLITS, Contents, Layout, Source, Target, identify, test_split_note
from bench.data.split import HOLDOUT_NOTE, holdout
from bench.errors import DataError

_SHARD = re.compile(r"-(\d+)-of-(\d+)$")


def layout(folder: str) -> Layout:
    """Shards in a folder of the dataset's name."""
    return Layout(
        f"{folder}/train-*.parquet and {folder}/test-*.parquet (or valid-*)", lambda _, bases: find(bases)
    )


def find(bases: Sequence[Path]) -> Source | None:
    """Shards in the first of the folders, or in its `data` sub-folder, that holds any.

    Raises:
        DataError: A numbered shard is missing.
    """
    for folder in (place for base in bases for place in (base, base / "data")):
        if train := _shards(folder, "train"):
            test_split, test = next(
                ((s, files) for s in TEST_SPLITS if (files := _shards(folder, s))), (None, ())
            )
            read = partial(_read, train, test, test_split_note(test_split) if test_split else HOLDOUT_NOTE)
            return Source("parquet", str(folder), identify(folder, (*train, *test)), read)
    return None


def _shards(folder: Path, split: str) -> tuple[Path, ...]:
    """Files of a split in order; a set of numbered shards must be complete."""
    files = sorted(file for file in folder.glob("*.parquet") if re.match(rf"{split}[-.]", file.name))
    numbers = [match for file in files if (match := _SHARD.search(file.stem))]
    if numbers:
        total = int(numbers[0][2])
        found = {int(match[1]) for match in numbers}
        if missing := sorted(set(range(total)) - found):
            raise DataError(
                f"{folder}: of the {total} files of its {split} split, number {missing[0]} (counted from 0) "
                "is missing; copy the whole dataset"
            )
        if len(files) != total:
            raise DataError(
                f"{folder}: {len(files)} files of a {split} split of {total}; keep one set of them"
            )
    return tuple(files)


def _read(train_files: tuple[Path, ...], test_files: tuple[Path, ...], note: str, target: Target) -> Contents:
    # pyarrow takes a while to import, and only the first load needs it.
    from bench.data.sources.parquet_rows import Rows  # noqa: PLC0415

    train = Rows(train_files)
    test = Rows(test_files) if test_files else train
    if test_files:
        train_rows, test_rows = np.arange(len(train)), np.arange(len(test))
    else:
        train_rows, test_rows = holdout(train.labels)
    shape = common_shape(chain(train.take(train_rows), test.take(test_rows)), target)
    return Contents(
        shape=shape,
        classes=_class_names(train.class_names, int(train.labels.max(initial=-1)), target),
        train=blocks(train.take(train_rows), target, shape),
        test=blocks(test.take(test_rows), target, shape),
        totals=(len(train_rows), len(test_rows)),
        note=note,
    )


def _class_names(stored: tuple[str, ...] | None, largest: int, target: Target) -> tuple[str, ...]:
    names = stored or target.class_names or tuple(map(str, range(target.classes or largest + 1)))
    if target.classes and len(names) != target.classes:
        raise DataError(
            f"{target.dataset} has {target.classes} classes, but the parquet files name {len(names)}; "
            'use name = "parquet" with a path for other data'
        )
    return names
