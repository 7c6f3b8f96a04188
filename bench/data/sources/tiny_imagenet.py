"""The official Tiny ImageNet archive, or the folder it extracts to."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bench.data.source import Contents, Layout, Source, Target
from bench.data.sources.files import Files, Folder, Zip, is_image
from bench.data.sources.listing import Labelled, Listing
from bench.errors import DataError

NAME = "tiny-imagenet-200"
_ANNOTATIONS = "val/val_annotations.txt"


def _find_folder(_root: Path, bases: tuple[Path, ...]) -> Source | None:
    for base in (place for folder in bases for place in (folder, folder / NAME)):
        if (base / _ANNOTATIONS).is_file():
            return _source(Folder(base))
    return None


def _find_archive(root: Path, bases: tuple[Path, ...]) -> Source | None:
    for place in (root, *bases):
        archive = place / f"{NAME}.zip"
        if archive.is_file():
            return _source(Zip(archive, f"{NAME}/"))
    return None


LAYOUTS = (
    Layout(f"{NAME}/{_ANNOTATIONS} (and the rest of the extracted archive)", _find_folder),
    Layout(f"{NAME}.zip", _find_archive),
)
"""The extracted folder, and the archive as it was downloaded."""


def _source(files: Files) -> Source:
    return Source("archive", files.where, files.identity(), partial(_read, files))


def _read(files: Files, target: Target) -> Contents:
    # train/<class>/images/<file>; labels count the classes in alphabetical order, as the hub's copies do.
    training = [name for name in files.names() if name.startswith("train/") and is_image(name)]
    classes = tuple(sorted({name.split("/")[1] for name in training}))
    if len(classes) != target.classes:
        raise DataError(
            f"{files.where}: {len(classes)} classes, not {target.classes}; download the archive again"
        )
    label_of = {name: label for label, name in enumerate(classes)}
    train = [(name, label_of[name.split("/")[1]]) for name in training]
    return Listing(files, classes, train, _validation(files, label_of), note="").contents(target)


def _validation(files: Files, label_of: dict[str, int]) -> Labelled:
    """Images of the validation split with their labels: file, class and box, separated by tabs."""
    labelled = []
    lines = files.read(_ANNOTATIONS).decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, start=1):
        name, *rest = line.split("\t")
        if not rest or rest[0] not in label_of or "/" in name or "\\" in name:
            raise DataError(
                f"{files.where}/{_ANNOTATIONS}, line {number}: no image and class; download it again"
            )
        labelled.append((f"val/images/{name}", label_of[rest[0]]))
    return labelled
