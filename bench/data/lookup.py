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
    if entry.make:
        _refuse_path(entry, dataset)
        return entry.make()
    if entry.classes is None or (dataset.path and not entry.remotes):
        return _at_path(entry, dataset, data_root)
    _refuse_path(entry, dataset)
    roots = places.roots(data_root)
    for root in roots:
        if source := _below(root.folder, entry):
            return source
    reason = "it has no download"
    if entry.remotes and may_download:
        try:
            download.fetch(entry.remotes(), places.downloads())
        except DataError as error:
            reason = f"the download failed ({error})"
        else:
            if source := _below(places.downloads(), entry):
                return source
            reason = "what was downloaded is not what it should be"
    elif entry.remotes:
        reason = "it was not downloaded yet"
    raise DataError(_nowhere(entry, roots, reason))


def _below(root: Path, entry: Entry) -> Source | None:
    """Try every layout on a root and on the folders below it (or the root itself) that carry the dataset's name."""
    try:
        if not root.is_dir():
            return None
        below = sorted(
            folder for folder in root.iterdir() if plain(folder.name) in entry.folders and folder.is_dir()
        )
        bases = (*below, *([root] if plain(root.name) in entry.folders else ()))
        return next((source for layout in entry.layouts if (source := layout.find(root, bases))), None)
    except OSError as error:
        raise DataError(
            f"{error.filename or root}: cannot be read: {error.strerror}; check its permissions"
        ) from error


def _at_path(entry: Entry, dataset: Dataset, data_root: Path | None) -> Source:
    if not dataset.path:
        raise SuiteError(
            f'dataset "{entry.name}" needs a path: [dataset] path = "<folder below the data root>"'
        )
    given = Path(dataset.path).expanduser()
    # Joining an absolute path gives that path, whatever the root.
    candidates = list(dict.fromkeys(root.folder / given for root in places.roots(data_root)))
    candidates.append(Path.cwd() / given)
    for folder in dict.fromkeys(candidates):
        if folder.is_dir():
            for layout in entry.layouts:
                if source := layout.find(folder, (folder,)):
                    return source
            raise DataError(
                f"{folder}: no {entry.title} of the form {' or '.join(layout.looks_like for layout in entry.layouts)}"
            )
    tried = "".join(f"\n  {folder}" for folder in dict.fromkeys(candidates))
    raise DataError(
        f"dataset {entry.name!r}: no folder {dataset.path!r}; looked for:{tried}\n"
        "Give an absolute path, or name the folder that holds it with --data-root or BENCH_DATA."
    )


def _refuse_path(entry: Entry, dataset: Dataset) -> None:
    if dataset.path:
        raise SuiteError(
            f'dataset {entry.name!r} takes no path; name its data root with --data-root, or use name = "folder" or '
            '"parquet" for data of your own'
        )


def _nowhere(entry: Entry, roots: tuple[places.Root, ...], reason: str) -> str:
    looked = "".join(f"\n  {root.folder} ({root.origin})" for root in roots)
    forms = "".join(f"\n  {layout.looks_like}" for layout in entry.layouts)
    return (
        f"dataset {entry.name!r} ({entry.title}) was not found, and {reason}.\n"
        f"Looked below:{looked}\n"
        f"Put one of these below a folder, and name that folder with --data-root or BENCH_DATA:{forms}"
    )
