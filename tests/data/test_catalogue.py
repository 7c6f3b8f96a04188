"""The catalogue: names, geometry, and the datasets that need no files."""

import numpy as np
import pytest

from bench.data import catalogue, load
from bench.data.catalogue import geometry
from bench.errors import SuiteError
from bench.spec import Dataset


def test_an_unknown_name_gets_a_suggestion():
    """A slip of the finger is recognised."""
    with pytest.raises(SuiteError, match="unknown dataset 'cifar-10': did you mean 'cifar10'"):
        catalogue.find("cifar-10")
    with pytest.raises(SuiteError, match="bench list datasets"):
        geometry(Dataset(name="qqq"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("digits", (1, 8, 10)),
        ("shapes", (3, 32, 8)),
        ("mnist", (1, 28, 10)),
        ("fashion_mnist", (1, 28, 10)),
        ("cifar10", (3, 32, 10)),
        ("cifar100", (3, 32, 100)),
        ("tiny_imagenet", (3, 64, 200)),
        ("imagenet_folder", (3, 224, 1000)),
    ],
)
def test_geometry_is_known_without_data(name, expected):
    """Nothing is read, found or downloaded; the suite's own values win."""
    assert geometry(Dataset(name=name)) == expected
    assert geometry(Dataset(name=name, channels=1, image_size=48)) == (1, 48, expected[2])


def test_a_path_belongs_to_folders_and_parquet_alone():
    """A catalogue name with a path is a misunderstanding."""
    with pytest.raises(SuiteError, match="takes no path"):
        load(Dataset(name="cifar10", path="somewhere"), data_root=None)


def test_digits_are_the_real_scans():
    """All 1,797, with values scaled from 0..16, and a fixed stratified fifth as test set."""
    arrays = load(Dataset(name="digits"), data_root=None)
    assert arrays.train_images.shape == (1438, 8, 8, 1)
    assert arrays.test_images.shape == (359, 8, 8, 1)
    assert set(np.unique(arrays.train_images)) == {round(level * 255 / 16) for level in range(17)}
    assert np.bincount(arrays.test_labels).min() >= 34
    assert "fifth" in arrays.note
    assert arrays.layout == "embedded"


def test_fixed_size_datasets_are_decoded_at_their_own_size():
    """Batches are resized later, so that one cache serves every size."""
    arrays = load(Dataset(name="digits", image_size=16, channels=3), data_root=None)
    assert arrays.train_images.shape == (1438, 8, 8, 1)


@pytest.mark.parametrize("size", [16, 32])
def test_shapes_are_generated_at_any_size(size):
    """8,000 and 2,000 of them, balanced over the classes."""
    arrays = load(Dataset(name="shapes", image_size=size), data_root=None)
    assert arrays.train_images.shape == (8000, size, size, 3)
    assert np.bincount(arrays.train_labels).tolist() == [1000] * 8
    assert np.bincount(arrays.test_labels).tolist() == [250] * 8
    assert arrays.layout == "generated"


def test_shapes_too_small_to_tell_apart_are_refused():
    """The suite is wrong, not the data."""
    with pytest.raises(SuiteError, match="8 pixels"):
        load(Dataset(name="shapes", image_size=4), data_root=None)


def test_shapes_are_the_same_every_time(tmp_path, monkeypatch):
    """Two machines draw the same images."""
    fingerprints = []
    for name in "ab":
        monkeypatch.setenv("BENCH_CACHE", str(tmp_path / name))
        fingerprints.append(load(Dataset(name="shapes", image_size=8), data_root=None).fingerprint)
    assert fingerprints[0] == fingerprints[1]


def test_training_and_test_shapes_differ():
    """No test image was trained on."""
    arrays = load(Dataset(name="shapes", image_size=8), data_root=None)
    train = {image.tobytes() for image in arrays.train_images}
    assert len(train) == 8000
    assert not train & {image.tobytes() for image in arrays.test_images}
