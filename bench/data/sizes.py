"""How many images a dataset has and what they take, without decoding or downloading any."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.data import cache, catalogue, lookup
from bench.errors import DataError
from bench.spec import Dataset


@dataclass(frozen=True)
class Sizes:
    """What a trial is going to see."""

    train: int
    """Training images after `limit`, those held out for validation included; 0 where it is not known."""
    test: int
    """Test images after `limit`; 0 where it is not known."""
    stored_shape: tuple[int, int, int]
    """H, W, C of the decoded images."""
    stored_bytes: int
    """Of all decoded images, before `limit`."""
    here: bool
    """Whether the data are on this machine."""
    decoded: bool
    """Whether they are decoded, too."""


def sizes(dataset: Dataset, data_root: Path | None) -> Sizes:
    """Look a dataset up as a run would; where it is not there, its catalogue line says how large it is.

    Raises:
        SuiteError: The name is unknown, or the suite must say more.
        DataError: The data are there and broken.
    """
    entry, target = catalogue.find(dataset.name), catalogue.target(dataset)
    try:
        source = lookup.locate(entry, dataset, data_root, may_download=False)
    except DataError:
        if entry.official is None or target.image_size is None or target.channels is None:
            raise
        shape = (target.image_size, target.image_size, target.channels)
        return _sizes(dataset, entry.official, shape, here=False, decoded=False)
    contents = source.read(target)
    totals = contents.totals if all(contents.totals) else entry.official or (0, 0)
    decoded = cache.folder_of(entry.name, source, target).exists()
    return _sizes(dataset, totals, contents.shape, here=True, decoded=decoded)


def _sizes(
    dataset: Dataset, totals: tuple[int, int], shape: tuple[int, int, int], *, here: bool, decoded: bool
) -> Sizes:
    height, width, channels = shape
    train, test = (min(total, dataset.limit or total) for total in totals)
    return Sizes(train, test, shape, sum(totals) * height * width * channels, here, decoded)
