"""Find a dataset: the data roots in order, then a download, else one error that says where and how."""

from __future__ import annotations

from pathlib import Path

from bench.data import download, places
from bench.data.entry import Entry, plain
from bench.data.source import Source
from bench.errors import DataError, SuiteError
from bench.spec import Dataset


def locate(entry: Entry, dataset: Dataset, data_root: Path | None, *, may_download: bool = True) -> Source:
    """The first source in the order of look-up; it is never another dataset than the one asked for.

    Raises:
        DataError: It is nowhere and cannot be downloaded, or what is there is incomplete.
        SuiteError: A folder or parquet dataset without a path, or a path where none belongs.
    """
    if dataset.path and not entry.takes_path:
        raise SuiteError(
            f"dataset {entry.name!r} takes no path; name the folder above it with --data-root, "
            'or use name = "folder" or "parquet" for data of your own'
        )
    if entry.make:
        return entry.make()
    if dataset.path or entry.classes is None:
        return _at_path(entry, dataset, data_root)
    roots = places.roots(data_root)
    for root in roots:
        if source := _below(root.folder, entry):
            return source
    if not entry.remotes:
        raise DataError(_nowhere(entry, roots, "there is no download of it"))
    if not may_download:
        raise DataError(_nowhere(entry, roots, "it was not downloaded yet"))
    try:
        download.fetch(entry.remotes(), places.downloads())
    except DataError as error:
        raise DataError(_nowhere(entry, roots, f"its download failed: {error}")) from error
    if source := _below(places.downloads(), entry):
        return source
    raise DataError(_nowhere(entry, roots, "what its download brought is something else"))


def _below(root: Path, entry: Entry) -> Source | None:
    """Look in a root, and in the folders below it (or the root itself) that carry the dataset's name."""
    try:
        if not root.is_dir():
            return None
        named = (folder for folder in sorted(root.iterdir()) if plain(folder.name) in entry.folders)
        itself = [root] if plain(root.name) in entry.folders else []
        return _first(entry, root, (*(folder for folder in named if folder.is_dir()), *itself))
    except OSError as error:
        raise _unreadable(root, error) from error


def _first(entry: Entry, root: Path, bases: tuple[Path, ...]) -> Source | None:
    return next((source for layout in entry.layouts if (source := layout.find(root, bases))), None)


def _at_path(entry: Entry, dataset: Dataset, data_root: Path | None) -> Source:
    if not dataset.path:
        raise SuiteError(f'dataset {entry.name!r} needs [dataset] path = "<its folder below the data root>"')
    given = Path(dataset.path).expanduser()
    # Joining an absolute path gives that path, whatever the root.
    roots = (*(root.folder for root in places.roots(data_root)), Path.cwd())
    candidates = tuple(dict.fromkeys(root / given for root in roots))
    forms = " or ".join(layout.looks_like for layout in entry.layouts)
    for folder in candidates:
        try:
            if not folder.is_dir():
                continue
            if source := _first(entry, folder, (folder,)):
                return source
        except OSError as error:
            raise _unreadable(folder, error) from error
        raise DataError(f"{folder}: no {entry.title} there; expected {forms}")
    tried = "".join(f"\n  {folder}" for folder in candidates)
    raise DataError(
        f"dataset {entry.name!r}: there is no folder {dataset.path!r}. Looked for:{tried}\n"
        "Give an absolute path, or name the folder above it with --data-root or BENCH_DATA."
    )


def _unreadable(folder: Path, error: OSError) -> DataError:
    return DataError(f"{error.filename or folder}: cannot be read: {error.strerror}; check its permissions")


def _nowhere(entry: Entry, roots: tuple[places.Root, ...], reason: str) -> str:
    looked = "".join(f"\n  {root.folder} ({root.origin})" for root in roots)
    forms = "".join(f"\n  {layout.looks_like}" for layout in entry.layouts)
    return (
        f"dataset {entry.name!r} ({entry.title}) was not found, and {reason}.\n"
        f"Looked below:{looked}\n"
        f"Put one of these below a folder, and name that folder with --data-root or BENCH_DATA:{forms}"
    )
