"""Class folders: `train/<class>/*` and `test/<class>/*`, or `<class>/*` alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from bench.data.source import TEST_SPLITS, Contents, Layout, Source, Target, test_split_note
from bench.data.sources.files import Folder, is_image
from bench.data.sources.listing import Labelled, Listing
from bench.data.split import HOLDOUT_NOTE, holdout
from bench.errors import DataError


def layout(folder: str) -> Layout:
    """Class folders in a folder of the dataset's name."""
    return Layout(f"{folder}/train/<class>/* and {folder}/test/<class>/*", lambda _, bases: find(bases))


def find(bases: Sequence[Path], *, undivided: bool = False) -> Source | None:
    """Class folders in the first of the folders that holds a training split.

    Args:
        bases: Folders to look into.
        undivided: Whether class folders without a split above them are taken, too.
    """
    for base in bases:
        if _has_folders(base / "train"):
            test = next((name for name in TEST_SPLITS if _has_folders(base / name)), None)
            splits = ("train/", f"{test}/") if test else ("train/",)
        elif undivided and _has_folders(base):
            splits = ("",)
        else:
            continue
        files = Folder(base)
        identity = tuple(fact for fact in files.identity() if fact[0].startswith(splits))
        return Source("folder", str(base), identity, partial(_read, files, splits))
    return None


ANY_LAYOUT = Layout(
    "train/<class>/* and test/<class>/*, or <class>/*", lambda _, bases: find(bases, undivided=True)
)
"""Class folders of any kind, also without a training split above them."""


def _has_folders(folder: Path) -> bool:
    return folder.is_dir() and any(entry.is_dir() for entry in folder.iterdir())


def _read(files: Folder, splits: tuple[str, ...], target: Target) -> Contents:
    by_class = _by_class(files, splits[0])
    classes, label_of = _labels(sorted(by_class), files.where, target)
    train = _labelled(by_class, label_of)
    if len(splits) == 1:
        train, test = _held_out(train)
        return Listing(files, classes, train, test, HOLDOUT_NOTE).contents(target)
    by_class = _by_class(files, splits[1])
    if unknown := sorted(set(by_class) - set(label_of)):
        raise DataError(
            f"{files.where}/{splits[1]}{unknown[0]}: {splits[0]} has no such class; remove or add it"
        )
    note = test_split_note(splits[1].removesuffix("/"))
    return Listing(files, classes, train, _labelled(by_class, label_of), note).contents(target)


def _by_class(files: Folder, prefix: str) -> dict[str, list[str]]:
    """Image files below each class folder; a class without images is an error, not a silent gap."""
    folders = sorted(folder.name for folder in (files.root / prefix).iterdir() if folder.is_dir())
    classes: dict[str, list[str]] = {folder: [] for folder in folders if not folder.startswith(".")}
    for name in files.names():
        if name.startswith(prefix) and is_image(name):
            folder, below, _ = name.removeprefix(prefix).partition("/")
            if below and folder in classes:
                classes[folder].append(name)
    if empty := [folder for folder, names in classes.items() if not names]:
        raise DataError(
            f"{files.where}/{prefix}{empty[0]}: no images in this class folder; add some, or remove it"
        )
    return classes


def _labelled(by_class: dict[str, list[str]], label_of: dict[str, int]) -> Labelled:
    return [(name, label_of[folder]) for folder, names in by_class.items() for name in names]


def _held_out(labelled: Labelled) -> tuple[Labelled, Labelled]:
    train, test = holdout(np.array([label for _, label in labelled], dtype=np.int64))
    return [labelled[i] for i in train], [labelled[i] for i in test]


def _labels(folders: list[str], where: str, target: Target) -> tuple[tuple[str, ...], dict[str, int]]:
    """Class names, and the label of each folder.

    A catalogue dataset keeps its own order, whether folders carry its class names or its label numbers.
    """
    if names := target.class_names:
        by_name = {_plain(name): label for label, name in enumerate(names)}
        by_number = {str(label): label for label in range(len(names))}
        for known in (by_name, by_number):
            if all(_plain(folder) in known for folder in folders):
                return names, {folder: known[_plain(folder)] for folder in folders}
        strange = next(folder for folder in folders if _plain(folder) not in by_name)
        raise DataError(f"{where}: {strange!r} is no class of {target.dataset}; expected {', '.join(names)}")
    if target.classes and len(folders) != target.classes:
        raise DataError(
            f"{where}: {len(folders)} class folders, but {target.dataset} has {target.classes} classes; "
            'complete them, or use name = "folder" with a path for other data'
        )
    return tuple(folders), {folder: label for label, folder in enumerate(folders)}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
