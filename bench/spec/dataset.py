"""What is learned, and how it is split."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bench.spec.model import Model, Positive


class Dataset(Model):
    """What is learned, and how it is split."""

    name: str = "digits"
    """A name from `bench list datasets`, or "folder" or "parquet" together with `path`."""
    path: str | None = None
    """Folder of a "folder" or "parquet" dataset, relative to the data root."""
    image_size: Positive | None = None
    """Side of the square input in pixels; images are resized to it, or cut to it by a framing (see
    `recipe.augment`). Default: the dataset's own size."""
    stored_size: Positive | None = None
    """Side in pixels at which images that come in any size are decoded and cached; more than `image_size`
    leaves framings something to cut. Default: `image_size`. Datasets of one size are stored at that."""
    channels: Literal[1, 3] | None = None
    """Input channels; grey images are repeated, colour images averaged. Default: the dataset's own."""
    validation: Annotated[float, Field(gt=0, lt=1)] | Literal["test"] = 0.1
    """Fraction of the training set held out, stratified by class; or "test", and every number says so."""
    limit: Positive | None = None
    """Keep at most this many training images and as many test images, stratified; for trying things out."""
    normalize: Literal["standard", "symmetric", "unit"] = "standard"
    """"standard": zero mean, unit variance per channel; "symmetric": [-1, 1]; "unit": [0, 1]."""
