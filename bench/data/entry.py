"""One line of the catalogue: what a dataset is, and the layouts and downloads it may come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.data.download import Remote
from bench.data.source import Layout, Source


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A dataset of the catalogue. `None` means: depends on the data."""

    name: str
    """What a suite calls it."""
    title: str
    """What people call it, for messages and notes."""
    image_size: int | None
    """Side of its square images in pixels."""
    channels: int | None
    """1 (grey) or 3 (RGB)."""
    classes: int | None
    """Number of classes."""
    class_names: tuple[str, ...] | None = None
    """Class names in label order, where the data do not bring them."""
    resize: bool = False
    """Whether images are brought to the suite's image_size when decoded, having no size of their own.

    The others are decoded at their own size, and resized in batches.
    """
    takes_path: bool = False
    """Whether the suite may say where it is."""
    aliases: tuple[str, ...] = ()
    """Further folder names; case, hyphens and underscores do not matter."""
    layouts: tuple[Layout, ...] = ()
    """Accepted layouts, the nearest to the original first."""
    make: Callable[[], Source] | None = None
    """For a dataset that needs no files."""
    remotes: Callable[[], tuple[Remote, ...]] | None = None
    """What to download when it is found nowhere."""
    official: tuple[int, int] | None = None
    """Training and test images of the complete dataset."""
    lossless: bool = False
    """Whether it was published without loss, so that JPEG images are a re-encoded copy."""
    jpeg_effect: str = "accuracies are not comparable with figures published on the originals"
    """What a re-encoded copy changes."""
    note: str = ""
    """What a reader must always know about it, as a sentence."""

    @property
    def folders(self) -> frozenset[str]:
        """Folder names it goes by, in plain form."""
        return frozenset(map(plain, (self.name, *self.aliases)))


def plain(name: str) -> str:
    """A folder name without case, hyphens, underscores and spaces."""
    return name.lower().translate({ord(sign): None for sign in "-_ "})
