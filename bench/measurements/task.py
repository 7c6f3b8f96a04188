"""The task of a trial: its images, split by its seed and ready for the device, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from torch import Tensor

from bench.data import catalogue, residency
from bench.data.batches import ImageSet, Pipeline
from bench.data.loading import Arrays, Part, load, refuse_empty_validation, refuse_single_class
from bench.data.split import Indices, split
from bench.measurements.construction import Geometry
from bench.measurements.device import Device
from bench.plan import Trial
from bench.records import DataFacts
from bench.spec import Dataset


@dataclass(frozen=True)
class Task:
    """Sets of images, and what happens to them on their way to the network."""

    train: ImageSet
    validation: ImageSet | None
    """None when the test set serves as validation set."""
    test: ImageSet
    pipeline: Pipeline
    geometry: Geometry
    facts: DataFacts

    @classmethod
    def of(cls, trial: Trial, device: Device, data_root: Path | None) -> Task:
        """Find the trial's dataset, decode it where that was not done before, and split its training set.

        Raises:
            DataError: The data are missing or broken, or of one class.
            SuiteError: Nothing would be held out for validation.
        """
        arrays = _load(trial.dataset, data_root)
        refuse_single_class(arrays, trial.dataset)
        refuse_empty_validation(arrays.train, trial.dataset)
        geometry = Geometry(*catalogue.geometry(trial.dataset, data_root=data_root))
        fraction, budget = trial.dataset.validation, trial.execution.memory_budget
        images = arrays.train.stored_images, arrays.test.stored_images
        kept = residency.choose(images, device.handle, budget)
        train_store, test_store = (residency.keep(part, kept, device.handle, budget) for part in images)
        train_rows, held_out = _rows(arrays.train, fraction, trial.seed)
        train = ImageSet.stored(train_store, train_rows, arrays.train.stored_labels)
        test = ImageSet.stored(test_store, arrays.test.rows, arrays.test.stored_labels)
        validation = None
        if held_out is not None:
            validation = ImageSet.stored(train_store, held_out, arrays.train.stored_labels)
        pipeline = Pipeline.fitted(
            trial.dataset, train, channels=geometry.channels, image_size=geometry.image_size,
            memory_format=device.memory_format, augment=trial.recipe.augment,
        )  # fmt: skip
        facts = DataFacts(
            name=trial.dataset.path or trial.dataset.name,
            fingerprint=arrays.fingerprint,
            layout=arrays.layout,
            train_images=len(train),
            validation_images=0 if validation is None else len(validation),
            test_images=len(test),
            classes=arrays.classes,
            image_shape=geometry.shape,
            validated_on_test=fraction == "test",
            reencoded=arrays.reencoded,
            residency=kept,
            note=arrays.note,
            pixel_scale=_rounded(pipeline.scale),
            pixel_shift=_rounded(pipeline.shift),
        )
        return cls(train, validation, test, pipeline, geometry, facts)


def _rounded(constants: Tensor) -> tuple[float, ...]:
    """Six digits, which is more than float32 images can tell."""
    return tuple(float(f"{value:.6g}") for value in constants.flatten().tolist())


def _rows(part: Part, fraction: float | Literal["test"], seed: int) -> tuple[Indices | None, Indices | None]:
    """Rows to train on (None: all), and rows held out (None: the test set serves as validation set)."""
    if fraction == "test":
        return part.rows, None
    train, held_out = split(part.labels, fraction, seed)
    return (train, held_out) if part.rows is None else (part.rows[train], part.rows[held_out])


@lru_cache(maxsize=1)
def _load(dataset: Dataset, data_root: Path | None) -> Arrays:
    """The decoded dataset; kept, since the trials of a suite share it."""
    return load(dataset, data_root=data_root)
