"""The real datasets below BENCH_DATA."""

import numpy as np
import pytest

from bench.data import load
from bench.data.source import Target
from bench.data.sources import parquet
from bench.spec import Dataset

pytestmark = pytest.mark.real_data


def test_mnist_is_complete(real_data):
    """60,000 + 10,000 images with the known number of each digit."""
    arrays = load(Dataset(name="mnist"), data_root=real_data)
    assert arrays.train_images.shape == (60_000, 28, 28, 1)
    assert arrays.test_images.shape == (10_000, 28, 28, 1)
    assert np.bincount(arrays.train_labels).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip
    # The normalisation that everyone uses: mean 0.1307, standard deviation 0.3081.
    assert arrays.train_images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert arrays.train_images.std() / 255 == pytest.approx(0.3081, abs=5e-5)
    assert not arrays.reencoded
    assert arrays.note == ""


def test_cifar10_is_complete_and_its_jpegs_are_recognised(real_data):
    """50,000 + 10,000 images, balanced; the hub's copy is not the original, and says so."""
    arrays = load(Dataset(name="cifar10"), data_root=real_data)
    assert arrays.train_images.shape == (50_000, 32, 32, 3)
    assert np.bincount(arrays.train_labels).tolist() == [5000] * 10
    assert np.bincount(arrays.test_labels).tolist() == [1000] * 10
    assert arrays.classes == (
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    )  # fmt: skip
    assert arrays.reencoded == (arrays.layout == "parquet")
    # The mean of the original training images, which JPEG keeps.
    mean = arrays.train_images[::10].mean(axis=(0, 1, 2)) / 255
    assert mean.tolist() == pytest.approx([0.4914, 0.4822, 0.4465], abs=5e-3)


def test_tiny_imagenet_can_be_decoded(real_data):
    """200 classes by their WordNet ids; the first block of validation images decodes at full size."""
    source = parquet.find([real_data / "tiny-imagenet"])
    if source is None:
        pytest.skip("no tiny-imagenet parquet below BENCH_DATA")
    contents = source.read(Target("Tiny ImageNet", 64, 3, resize=False, classes=200, class_names=None))
    assert contents.totals == (100_000, 10_000)
    assert len(contents.classes) == 200
    assert contents.classes[0] == "n01443537"
    block = next(iter(contents.test))
    assert block.images.shape[1:] == (64, 64, 3)
    assert block.jpegs == len(block.images)
