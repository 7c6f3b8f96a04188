"""A dataset as a list of image files with labels, whatever told the labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.data.images import Encoded, blocks, common_shape
from bench.data.source import Contents, Target
from bench.data.sources.files import Files

Labelled = list[tuple[str, int]]
"""File name and label."""


@dataclass(frozen=True)
class Listing:
    """Labelled files, not yet read."""

    files: Files
    classes: tuple[str, ...]
    train: Labelled
    test: Labelled
    note: str

    def contents(self, target: Target) -> Contents:
        """Open them.

        Raises:
            DataError: An image is broken.
            SuiteError: Images differ in size, and the suite names none.
        """
        shape = common_shape(self._encoded(self.train + self.test), target)
        return Contents(
            shape=shape,
            classes=self.classes,
            train=blocks(self._encoded(self.train), target, shape),
            test=blocks(self._encoded(self.test), target, shape),
            totals=(len(self.train), len(self.test)),
            note=self.note,
        )

    def _encoded(self, labelled: Labelled) -> Iterator[Encoded]:
        for name, label in labelled:
            yield Encoded(self.files.read(name), label, f"{self.files.where}/{name}")
