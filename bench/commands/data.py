"""`bench data`: which datasets there are, where they lie, and whether their caches are intact."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bench.data import cache, catalogue, load, lookup, places
from bench.data.entry import Entry
from bench.errors import DONE, ENVIRONMENT, DataError, SuiteError
from bench.spec import Dataset


def list_datasets(data_root: Path | None = None) -> int:
    """Print one line per dataset of the catalogue: its geometry, and where it would come from."""
    print(f"{'name':16} {'channels':>8} {'size':>5} {'classes':>7}  source")
    for name in catalogue.names():
        entry = catalogue.find(name)
        facts = (entry.channels, entry.image_size, entry.classes)
        channels, size, classes = ("any" if fact is None else fact for fact in facts)
        print(f"{name:16} {channels:>8} {size:>5} {classes:>7}  {_origin(entry, data_root)}")
    return DONE


def where(names: Sequence[str] = (), data_root: Path | None = None) -> int:
    """Print the folders that are searched, and where each dataset lies and is cached.

    Returns:
        0, or 3 when one of the named datasets is not there.

    Raises:
        SuiteError: A name is unknown.
    """
    for root in places.roots(data_root):
        print(f"{root.origin}: {root.folder}")
    print(f"decoded images: {places.decoded()}")
    code = DONE
    for name in names:
        dataset = Dataset(name=name)
        entry = catalogue.find(name)
        try:
            source = lookup.locate(entry, dataset, data_root, may_download=False)
        except DataError as error:
            print(f"\n{error}")
            code = ENVIRONMENT
            continue
        folder = cache.folder_of(name, source, catalogue.target(dataset))
        state = "decoded in" if folder.exists() else "not decoded yet, will be in"
        print(f"\n{name}: {source.layout}, {source.place}\n  {state} {folder}")
    return code


def prepare(names: Sequence[str], data_root: Path | None = None) -> int:
    """Download and decode datasets now, so that the next run starts at once.

    Raises:
        SuiteError: No name is given, one is unknown, or one needs a path that only a suite can give.
        DataError: A dataset is missing or broken.
    """
    if not names:
        raise SuiteError("bench data prepare: name at least one dataset; `bench list datasets` shows all")
    for name in names:
        arrays = load(Dataset(name=name), data_root=data_root, progress=_progress)
        print(
            f"{name}: {len(arrays.train_labels):,} training and {len(arrays.test_labels):,} test images, "
            f"{len(arrays.classes)} classes, fingerprint {arrays.fingerprint}"
        )
        if arrays.note:
            print(f"  {arrays.note}")
    return DONE


def verify(names: Sequence[str] = ()) -> int:
    """Compare every byte of the caches with their checksums; all caches, or those of the named datasets.

    Returns:
        0, or 3 when one is damaged; the next run decodes it again.

    Raises:
        SuiteError: A name is unknown.
    """
    wanted = {catalogue.find(name).name for name in names}
    folders = [folder for folder in cache.folders() if not wanted or folder.name.rpartition("-")[0] in wanted]
    if not folders:
        print(f"nothing is cached in {places.decoded()}")
    intact = [_is_intact(folder) for folder in folders]
    return DONE if all(intact) else ENVIRONMENT


def _is_intact(folder: Path) -> bool:
    try:
        facts = cache.read(folder, thorough=True).facts
    except cache.UnusableError as reason:
        print(f"{folder}: damaged: {reason}; the next run decodes it again")
        return False
    print(f"{folder}: intact, fingerprint {facts.fingerprint}, read from {facts.place}")
    return True


def _origin(entry: Entry, data_root: Path | None) -> str:
    if entry.classes is None:
        return "the suite's path"
    try:
        source = lookup.locate(entry, Dataset(name=entry.name), data_root, may_download=False)
    except DataError:
        return "will be downloaded" if entry.remotes else "not found"
    return f"{source.layout}, {source.place}"


def _progress(stage: str, done: int, total: int) -> None:
    """One line that rewrites itself, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r{stage}: {done:,} of {total:,}", end="\n" if done >= total else "", file=sys.stderr)
