"""Class folders: `train/<class>/*` and `test/<class>/*`, or `<class>/*` alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from bench.data.images import Encoded, blocks, common_shape
from bench.data.source import Contents, Layout, Source, Target
from bench.data.sources.files import Files, Folder, is_image
from bench.data.split import HOLDOUT_NOTE, holdout
from bench.errors import DataError

TRAIN_SPLITS = ("train", "training")
TEST_SPLITS = ("test", "testing", "val", "valid", "validation")

Labelled = list[tuple[str, int]]
"""File name and label."""


def layout(folder: str) -> Layout:
    """Class folders in a folder of the dataset's name."""
    return Layout(f"{folder}/train/<class>/* and {folder}/test/<class>/*", lambda _, bases: find(bases))


def any_layout() -> Layout:
    """Class folders of any kind, also without a training split above them."""
    return Layout(
        "train/<class>/* and test/<class>/*, or <class>/*", lambda _, bases: find(bases, undivided=True)
    )


def find(bases: Sequence[Path], *, undivided: bool = False) -> Source | None:
    """Class folders in the first of the folders that holds a training split.

    Args:
        bases: Folders to look into.
        undivided: Whether class folders without a split above them are taken, too.
    """
    for base in bases:
        train = _split_of(base, TRAIN_SPLITS)
        test = next((name for name in TEST_SPLITS if _has_folders(base / name)), None)
        if not train and not (undivided and _has_folders(base)):
            continue
        files = Folder(base)
        wanted = tuple(f"{split}/" for split in (train, test) if split) if train else ("",)
        identity = tuple(fact for fact in files.identity() if fact[0].startswith(wanted))
        return Source("folder", str(base), identity, partial(_read, files, train, test if train else None))
    return None


def _split_of(base: Path, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if _has_folders(base / name)), None)


def _has_folders(folder: Path) -> bool:
    return folder.is_dir() and any(entry.is_dir() for entry in folder.iterdir())


def _read(files: Folder, train_split: str | None, test_split: str | None, target: Target) -> Contents:
    train_classes = _by_class(files, f"{train_split}/" if train_split else "")
    names, label_of = _labels(sorted(train_classes), files.where, target)
    train = [(file, label_of[name]) for name in train_classes for file in train_classes[name]]
    if test_split:
        test_classes = _by_class(files, f"{test_split}/")
        if unknown := sorted(set(test_classes) - set(label_of)):
            raise DataError(
                f"{files.where}/{test_split}/{unknown[0]}: no such class in {train_split}; remove or add it"
            )
        test = [(file, label_of[name]) for name in test_classes for file in test_classes[name]]
    else:
        train, test = _held_out(train)
    note = HOLDOUT_NOTE
    if test_split:
        note = (
            ""
            if test_split.startswith("test")
            else f"The source's {test_split!r} split serves as the test set."
        )
    return contents(files, names, train, test, note, target)


def contents(
    files: Files, names: tuple[str, ...], train: Labelled, test: Labelled, note: str, target: Target
) -> Contents:
    """Contents of labelled files."""
    shape = common_shape(_encoded(files, train + test), target)
    return Contents(
        shape=shape,
        classes=names,
        train=blocks(_encoded(files, train), target, shape),
        test=blocks(_encoded(files, test), target, shape),
        totals=(len(train), len(test)),
        note=note,
    )


def _encoded(files: Files, labelled: Labelled) -> Iterator[Encoded]:
    for name, label in labelled:
        yield Encoded(files.read(name), label, f"{files.where}/{name}")


def _by_class(files: Folder, prefix: str) -> dict[str, list[str]]:
    """Image files below each class folder; a class without images is an error, not a silent gap."""
    classes: dict[str, list[str]] = {}
    for name in files.names():
        if name.startswith(prefix):
            first, below, _ = name.removeprefix(prefix).partition("/")
            if below and is_image(name):
                classes.setdefault(first, []).append(name)
    if not classes:
        raise DataError(f"{files.where}/{prefix}: no images in class folders; put them into {prefix}<class>/")
    return classes


def _held_out(labelled: Labelled) -> tuple[Labelled, Labelled]:
    train, test = holdout(np.array([label for _, label in labelled], dtype=np.int64))
    return [labelled[i] for i in train], [labelled[i] for i in test]


def _labels(folders: list[str], where: str, target: Target) -> tuple[tuple[str, ...], dict[str, int]]:
    """Class names, and the label of each folder.

    A catalogue dataset keeps its own order, whether folders carry its class names or its label numbers.
    """
    if target.class_names:
        by_name = {_plain(name): label for label, name in enumerate(target.class_names)}
        by_number = {str(label): label for label in range(len(target.class_names))}
        for known in (by_name, by_number):
            if all(_plain(folder) in known for folder in folders):
                return target.class_names, {folder: known[_plain(folder)] for folder in folders}
        strange = next(folder for folder in folders if _plain(folder) not in by_name)
        raise DataError(
            f"{where}: {strange!r} is no class of {target.dataset}, which has {', '.join(target.class_names)}"
        )
    if target.classes and len(folders) != target.classes:
        raise DataError(
            f"{where}: {len(folders)} class folders, but {target.dataset} has {target.classes} classes; "
            'complete them, or use name = "folder" with a path for other data'
        )
    return tuple(folders), {folder: label for label, folder in enumerate(folders)}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
