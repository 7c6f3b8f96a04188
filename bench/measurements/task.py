"""The task of a trial: its images, split by its seed and ready for the device, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bench.data import catalogue
from bench.data.batches import ImageSet, Pipeline
from bench.data.loading import Arrays, load
from bench.data.split import split
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
            DataError: The data are missing or broken.
        """
        arrays = _load(trial.dataset, data_root)
        geometry = Geometry(*catalogue.geometry(trial.dataset, data_root=data_root))
        fraction, chosen, held_out = trial.dataset.validation, None, None
        if fraction != "test":
            chosen, held_out = split(arrays.train_labels, fraction, trial.seed)
        train = ImageSet.of(arrays.train_images, arrays.train_labels, chosen, device.handle)
        validation = None
        if held_out is not None:
            validation = ImageSet.of(arrays.train_images, arrays.train_labels, held_out, device.handle)
        test = ImageSet.of(arrays.test_images, arrays.test_labels, None, device.handle)
        pipeline = Pipeline.fitted(
            trial.dataset, train, channels=geometry.channels, image_size=geometry.image_size,
            memory_format=device.memory_format,
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
            note=arrays.note,
        )
        return cls(train, validation, test, pipeline, geometry, facts)


@lru_cache(maxsize=1)
def _load(dataset: Dataset, data_root: Path | None) -> Arrays:
    """The decoded dataset; kept, since the trials of a suite share it."""
    return load(dataset, data_root=data_root)
