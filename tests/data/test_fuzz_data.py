"""Damaged data in every layout, by the thousand: they are read, or refused in one message."""

import shutil
import warnings

import numpy as np
import pytest
from fuzzing import damaged, inputs
from hypothesis import given
from hypothesis import strategies as st

from bench.data import cache, load
from bench.errors import BenchWarning, DataError, SuiteError
from bench.spec import Dataset

MNIST = Dataset(name="mnist")
CIFAR10 = Dataset(name="cifar10")
FOLDER = Dataset(name="folder", path="own", image_size=12)


@pytest.fixture(autouse=True)
def _memory_alone(monkeypatch):
    """Bringing thousands of small caches to the disk would only take time."""
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.fixture
def read(root, cache_dir):
    """Load a dataset of which one file is damaged."""

    def read(dataset, file, data):
        whole = file.read_bytes()
        file.write_bytes(data.draw(damaged(whole)))
        try:
            arrays = load(dataset, data_root=root)
        except (DataError, SuiteError):
            return
        else:
            assert len(arrays.train_images) == len(arrays.train_labels) > 0
            assert set(np.unique(arrays.train_labels)) <= set(range(len(arrays.classes)))
        finally:
            file.write_bytes(whole)
            shutil.rmtree(cache_dir, ignore_errors=True)

    return read


@pytest.fixture
def idx(mnist, root):
    mnist.idx(root / "MNIST" / "raw")
    return [root / "MNIST" / "raw" / name for name in ("train-images-idx3-ubyte", "t10k-labels-idx1-ubyte")]


@inputs(40, 5000)
@given(data=st.data())
def test_idx(idx, read, data):
    """MNIST's files: the types and lengths of their headers, their bytes."""
    read(MNIST, data.draw(st.sampled_from(idx)), data)


@pytest.fixture
def gzipped(mnist, root):
    mnist.idx(root / "MNIST" / "raw", gzipped=True)
    return root / "MNIST" / "raw" / "train-images-idx3-ubyte.gz"


@inputs(20, 2000)
@given(data=st.data())
def test_gzipped_idx(gzipped, read, data):
    """The same, compressed."""
    read(MNIST, gzipped, data)


@pytest.fixture
def batches(cifar10, root):
    cifar10.batches(root / "cifar-10-batches-py")
    return [root / "cifar-10-batches-py" / name for name in ("data_batch_1", "batches.meta")]


@inputs(40, 5000)
@given(data=st.data())
def test_cifar_batches(batches, read, data):
    """Pickles: whatever they ask for, nothing is called."""
    read(CIFAR10, data.draw(st.sampled_from(batches)), data)


@pytest.fixture
def archive(cifar10, tar, root, tmp_path):
    cifar10.batches(tmp_path / "cifar-10-batches-py")
    tar(tmp_path / "cifar-10-batches-py", root / "cifar-10-python.tar.gz")
    return root / "cifar-10-python.tar.gz"


@inputs(20, 2000)
@given(data=st.data())
def test_cifar_archive(archive, read, data):
    """The official archive, as it was downloaded."""
    read(CIFAR10, archive, data)


@pytest.fixture
def parquet(cifar10, root):
    cifar10.parquet(root / "cifar10")
    return root / "cifar10" / "train-00000-of-00001.parquet"


@inputs(40, 5000)
@given(data=st.data())
def test_parquet(parquet, read, data):
    """Footers, pages, columns, and the images inside."""
    read(CIFAR10, parquet, data)


@pytest.fixture(params=["png", "jpg", "gif", "bmp", "tiff", "webp", "ppm"])
def image(request, cats_and_dogs, root):
    cats_and_dogs.folders(root / "own", kind=request.param)
    return next((root / "own" / "train").rglob(f"*.{request.param}"))


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@inputs(10, 1000)
@given(data=st.data())
def test_image_files(image, read, data):
    """One image of a folder, in each format that is read."""
    read(FOLDER, image, data)


@inputs(40, 5000)
@given(data=st.data())
def test_caches(idx, root, data):
    """A damaged cache never gives other images than those that were decoded."""
    sound = load(MNIST, data_root=root)
    images, labels = sound.train_images.copy(), sound.train_labels.copy()  # a map would end with its file
    (folder,) = cache.folders()
    file = data.draw(st.sampled_from(sorted(folder.iterdir())))
    whole = file.read_bytes()
    file.write_bytes(data.draw(damaged(whole)))
    try:
        with warnings.catch_warnings(action="ignore", category=BenchWarning):  # that it is decoded again
            arrays = load(MNIST, data_root=root)
        np.testing.assert_array_equal(arrays.train_images, images)
        np.testing.assert_array_equal(arrays.train_labels, labels)
        assert arrays.classes == sound.classes
    finally:
        file.write_bytes(whole)
