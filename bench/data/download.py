"""Downloads into the user cache, by torchvision's own code: checksum, redirects, progress bar."""

from __future__ import annotations

import errno
import http.client
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.errors import DataError

# torchvision waits for ever; a firewall that drops packets must not look like a long download.
_SILENCE = 30.0
# Trouble of this machine, that no other mirror would cure.
_LOCAL = (errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EFBIG)


@dataclass(frozen=True)
class Remote:
    """A file, the places that serve it, and its checksum."""

    name: str
    """Relative name below the download folder."""
    urls: tuple[str, ...]
    """Tried in order."""
    md5: str


def mnist_files(name: str) -> tuple[Remote, ...]:
    """The four files of a torchvision dataset of MNIST's kind."""
    from torchvision import datasets  # noqa: PLC0415 - only a download needs torch

    kind = getattr(datasets, name)
    return tuple(
        Remote(f"{name}/raw/{file}", tuple(mirror + file for mirror in kind.mirrors), md5)
        for file, md5 in kind.resources
    )


def cifar_archive(name: str) -> tuple[Remote, ...]:
    """The archive of a torchvision dataset of CIFAR's kind."""
    from torchvision import datasets  # noqa: PLC0415 - only a download needs torch

    kind = getattr(datasets, name)
    return (Remote(kind.filename, (kind.url,), kind.tgz_md5),)


def fetch(remotes: tuple[Remote, ...], folder: Path) -> None:
    """Download all files, then move them into `folder` together; an interrupted download leaves nothing.

    Raises:
        DataError: Nobody serves a file, its checksum is wrong, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=folder) as partial, _patience(_SILENCE):
            for remote in remotes:
                _fetch_one(remote, Path(partial))
            for item in Path(partial).iterdir():
                _move(item, folder / item.name)
    except OSError as error:
        raise DataError(
            f"{folder}: cannot store the download: {error.strerror or error}; "
            "free some space, or name another folder with BENCH_CACHE"
        ) from error


def _fetch_one(remote: Remote, folder: Path) -> None:
    from torchvision.datasets.utils import download_url  # noqa: PLC0415 - only a download needs torch

    failures = []
    target = folder / remote.name
    target.parent.mkdir(parents=True, exist_ok=True)
    for url in remote.urls:
        try:
            download_url(url, target.parent, target.name, remote.md5)
        except RuntimeError:
            failures.append(f"{url}: the file has the wrong checksum")
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, OSError) and error.errno in _LOCAL:
                raise
            failures.append(f"{url}: {error}")
        else:
            return
        target.unlink(missing_ok=True)
    raise DataError("; ".join(failures))


def _move(item: Path, target: Path) -> None:
    """Put a finished download in place; where another process was faster, its copy stays."""
    if target.is_dir():
        shutil.rmtree(item)
    else:
        os.replace(item, target)  # noqa: PTH105 - says that it overwrites


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """Give up on a server that is silent for so long."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
