"""Test images that show where networks fail: which were chosen, and what was said of them."""

from __future__ import annotations

from typing import Literal

from bench.records.numbers import Count, Positive, Share
from bench.spec import Model


class Answer(Model):
    """What the finished seeds of one architecture say of an image together."""

    architecture: str
    """Its label."""
    prediction: Count
    """The class that most seeds chose; of classes with as many, the one they are surer of."""
    confidence: Share
    """Softmax probability of that class, mean over the seeds that chose it."""
    right: Count
    """Seeds that chose the true class."""
    seeds: Count
    """Finished seeds."""


class Example(Model):
    """One test image, and why it was chosen."""

    index: Count
    """Its row in predictions.csv."""
    label: Count
    """True class."""
    answers: tuple[Answer, ...]
    """One: an architecture that is confidently wrong. Two: the first is right and the second is wrong."""


class ExamplesFacts(Model):
    """examples/examples.json: what lies in the tiles of examples/images.png beside it."""

    schema_version: Literal[1] = 1
    asked: Count
    """`measure.examples` of the suite when they were chosen."""
    sources: dict[str, str]
    """SHA-256 of the predictions.csv they were chosen from, by the trial's folder; they are out of date
    where one of these trials has another by now."""
    fingerprint: str
    """Of the data the images were taken from."""
    image_sha256: str
    """Of images.png."""
    width: Positive
    """Pixels of a tile; images that are larger than the largest tile were shrunk."""
    height: Positive
    """Pixels of a tile."""
    columns: Positive
    """Tiles in a row of images.png."""
    images: tuple[int, ...]
    """Index of the image in each tile, row by row."""
    examples: tuple[Example, ...]
    """By architecture and pair, the clearest first; several may share an image."""
    left_out: Count = 0
    """Examples that were chosen and did not fit into the budget of bytes."""
