"""Trials on storage that all nodes reach, where they do not see the run directory: any fsspec file system."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fsspec

from bench.errors import DependencyError, StoreError
from bench.plan import Trial
from bench.store import CHECKPOINT_FILE, beside, generations


def resolved(url: str) -> str:
    """The same place as a node would name it: folders in full."""
    return url if "://" in url else str(Path(url).expanduser().absolute())


class Storage:
    """The folders of a run's trials that are on their way between the driver and the nodes."""

    def __init__(self, url: str, run: str) -> None:
        """Reach the storage.

        Args:
            url: A folder, or what fsspec understands.
            run: Name of the run's folder on it.

        Raises:
            DependencyError: The library for this kind of storage is missing.
            StoreError: There is no such kind, or it refuses.
        """
        try:
            files, root = fsspec.core.url_to_fs(url)
        except ImportError as error:
            raise DependencyError(f"execution.ray.storage: {url}: {error}") from error
        except (OSError, ValueError) as error:
            raise StoreError(f"execution.ray.storage: {url}: {error}") from error
        self._files = files
        self._root = f"{root.rstrip('/')}/{run}"

    def holds(self, trial: str) -> bool:
        """Whether anything of a trial is there.

        Raises:
            StoreError: The storage cannot be reached.
        """
        with self._reaching(trial):
            return bool(self._names(trial))

    def offer(self, trial: Trial, folder: Path) -> None:
        """Make sure that nodes find what a trial continues or starts from; what is there already is newer.

        Raises:
            StoreError: Something cannot be read or written.
        """
        if not self.holds(folder.name):
            self.send(folder)
        if trial.origin is not None and not self.holds(trial.origin.folder):
            self.send_checkpoint(beside(folder, trial.origin))

    def send(self, folder: Path) -> None:
        """Copy a trial's folder there; each file takes the place of an older one in one step.

        Raises:
            StoreError: Something cannot be read or written.
        """
        with self._reaching(folder.name):
            for path in sorted(folder.rglob("*"), key=_checksums_last):
                if path.is_file() and not path.name.startswith("."):
                    self._send(path, f"{folder.name}/{path.relative_to(folder).as_posix()}")

    def send_checkpoint(self, folder: Path) -> None:
        """Copy a trial's newest checkpoint there.

        Raises:
            StoreError: It cannot be read or written.
        """
        path = folder / CHECKPOINT_FILE
        with self._reaching(folder.name):
            for one in (path, generations.checksums_of(path)):  # which know the generation before, too
                if one.is_file():
                    self._send(one, f"{folder.name}/{one.name}")

    def fetch(self, folder: Path) -> None:
        """Copy what is there of a trial into its folder.

        Raises:
            StoreError: Something cannot be read or written.
        """
        with self._reaching(folder.name):
            start = f"{self._root}/{folder.name}/"
            for name in self._names(folder.name):
                target = folder / name.removeprefix(start)
                target.parent.mkdir(parents=True, exist_ok=True)
                part = target.with_name(f".{target.name}.fetched.part")
                self._files.get_file(name, str(part))
                part.replace(target)

    def forget(self, trial: str) -> None:
        """Remove what is there of a trial.

        Raises:
            StoreError: It cannot be removed.
        """
        with self._reaching(trial):
            if self._files.exists(f"{self._root}/{trial}"):
                self._files.rm(f"{self._root}/{trial}", recursive=True)

    def _send(self, path: Path, name: str) -> None:
        target = f"{self._root}/{name}"
        self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
        # Within a transaction a file appears when it is complete, on local disks and on object stores.
        with self._files.transaction, path.open("rb") as source, self._files.open(target, "wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)

    def _names(self, trial: str) -> list[str]:
        self._files.invalidate_cache()  # other nodes write, too
        return [str(name) for name in self._files.find(f"{self._root}/{trial}")]

    @contextmanager
    def _reaching(self, trial: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(f"execution.ray.storage: {self._root}/{trial}: {error}") from error


def _checksums_last(path: Path) -> tuple[bool, str]:
    """A checksum may know of a newer checkpoint than was copied, never of an older one alone."""
    return path.suffix == ".sha256", str(path)
