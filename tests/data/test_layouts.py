"""The same images in every accepted layout are the same dataset."""

import zipfile

import numpy as np
import pytest

from bench.data import load
from bench.spec import Dataset


@pytest.fixture
def cifar_layouts(cifar10, tar, tmp_path):
    def archive(root):
        cifar10.batches(tmp_path / "unpacked" / "cifar-10-batches-py")
        tar(tmp_path / "unpacked" / "cifar-10-batches-py", root / "cifar-10-python.tar.gz")

    return {
        "torchvision": lambda root: cifar10.batches(root / "cifar-10-batches-py"),
        "archive": archive,
        "parquet": lambda root: cifar10.parquet(root / "cifar10", columns=("img", "label")),
        "folder": lambda root: cifar10.folders(root / "cifar10"),
    }


@pytest.mark.parametrize("layout", ["torchvision", "archive", "parquet", "folder"])
def test_cifar10_is_the_same_in_every_layout(layout, cifar_layouts, cifar10, root):
    """Pixels, labels, class names and the layout's name come out as they were put in."""
    cifar_layouts[layout](root)
    arrays = load(Dataset(name="cifar10"), data_root=root)
    cifar10.assert_equals(arrays)
    assert arrays.layout == layout
    assert not arrays.reencoded


def test_the_fingerprint_depends_on_content_alone(cifar_layouts, tmp_path):
    """Four layouts of the same images have one fingerprint."""
    fingerprints = set()
    for layout, write in cifar_layouts.items():
        (tmp_path / layout).mkdir()
        write(tmp_path / layout)
        fingerprints.add(load(Dataset(name="cifar10"), data_root=tmp_path / layout).fingerprint)
    assert len(fingerprints) == 1
    assert len(fingerprints.pop()) == 16


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_batches_of_any_pickle_protocol_are_read(protocol, cifar10, root):
    """Python has changed how it writes arrays; none of the ways needs more than arrays."""
    cifar10.batches(root / "cifar-10-batches-py", protocol=protocol)
    cifar10.assert_equals(load(Dataset(name="cifar10"), data_root=root))


@pytest.mark.parametrize(
    ("write", "layout"),
    [
        (lambda data, root: data.idx(root / "MNIST" / "raw"), "torchvision"),
        (lambda data, root: data.idx(root / "MNIST" / "raw", gzipped=True), "torchvision"),
        (lambda data, root: data.parquet(root / "mnist"), "parquet"),
        (lambda data, root: data.parquet(root / "MNIST", plain=True, named=False), "parquet"),
        (lambda data, root: data.parquet(root / "mnist" / "data"), "parquet"),
        (lambda data, root: data.folders(root / "mnist"), "folder"),
    ],
)
def test_mnist_is_the_same_in_every_layout(write, layout, mnist, root):
    """Plain and gzipped idx, parquet with and without metadata, and class folders agree."""
    write(mnist, root)
    arrays = load(Dataset(name="mnist"), data_root=root)
    mnist.assert_equals(arrays)
    assert arrays.layout == layout


def test_cifar100_has_fine_labels(sample, root):
    """The hundred fine classes, not the twenty coarse ones."""
    data = sample(tuple(f"class {i:02}" for i in range(100)), 32, 3, {"train": 1, "test": 1})
    data.batches(root / "cifar-100-python", hundred=True)
    data.assert_equals(load(Dataset(name="cifar100"), data_root=root))


@pytest.fixture
def tiny(sample):
    return sample(tuple(f"n{i:08}" for i in range(200)), 64, 3, {"train": 1, "test": 1})


def write_official(tiny, folder):
    """Training images in class folders, validation images in one folder with a table of their classes."""
    tiny.folders(folder, test="val-by-class", inner="images", kind="png")
    images = folder / "val" / "images"
    images.mkdir(parents=True)
    lines = []
    for file in sorted((folder / "val-by-class").rglob("*.png")):
        lines.append(f"{file.name}\t{file.parent.parent.name}\t0\t0\t63\t63\n")
        file.rename(images / file.name)
    (folder / "val" / "val_annotations.txt").write_text("".join(lines))


def test_tiny_imagenet_is_the_same_in_every_layout(tiny, tmp_path):
    """Official folder and archive, parquet and class folders agree; validation images are the test set."""
    write_official(tiny, tmp_path / "official" / "tiny-imagenet-200")
    (tmp_path / "archive").mkdir()
    with zipfile.ZipFile(tmp_path / "archive" / "tiny-imagenet-200.zip", "w") as archive:
        for file in (tmp_path / "official").rglob("*"):
            archive.write(file, file.relative_to(tmp_path / "official"))
    tiny.parquet(tmp_path / "hub" / "tiny_imagenet", test="valid")
    tiny.folders(tmp_path / "folders" / "Tiny-ImageNet", test="val")
    for place, layout in (
        ("official", "archive"),
        ("archive", "archive"),
        ("hub", "parquet"),
        ("folders", "folder"),
    ):
        arrays = load(Dataset(name="tiny_imagenet"), data_root=tmp_path / place)
        tiny.assert_equals(arrays)
        assert arrays.layout == layout
        assert "validation images are the test set" in arrays.note


def test_an_incomplete_copy_says_so(cifar10, root):
    """A note compares the number of images with that of the complete dataset."""
    cifar10.parquet(root / "cifar10")
    note = load(Dataset(name="cifar10"), data_root=root).note
    assert "30 training and 20 test images" in note
    assert "50,000 and 10,000" in note


@pytest.mark.parametrize("layout", ["parquet", "folder"])
def test_jpeg_copies_of_lossless_originals_are_recognised(layout, cifar10, root):
    """CIFAR-10 was never JPEG: such a copy is marked, with what it means for accuracy."""
    if layout == "parquet":
        cifar10.parquet(root / "cifar10", kind="JPEG")
    else:
        cifar10.folders(root / "cifar10", kind="jpg")
    arrays = load(Dataset(name="cifar10"), data_root=root)
    assert arrays.reencoded
    assert "lossy JPEG copy" in arrays.note
    assert "2 to 3 points" in arrays.note


def test_jpeg_originals_are_not_called_copies(tiny, root):
    """Tiny ImageNet was published as JPEG."""
    tiny.parquet(root / "tiny-imagenet", kind="JPEG", test="valid")
    assert not load(Dataset(name="tiny_imagenet"), data_root=root).reencoded


def test_roots_are_searched_in_order(sample, cifar10, tmp_path, cache_dir, monkeypatch):
    """The data root comes before BENCH_DATA, and that before the user cache."""
    places = [tmp_path / "given", tmp_path / "environment", cache_dir / "downloads"]
    for count, place in enumerate(places, start=1):
        sample(cifar10.classes, 32, 3, {"train": count, "test": 1}).parquet(place / "cifar10")
    monkeypatch.setenv("BENCH_DATA", str(places[1]))

    def images(data_root):
        return len(load(Dataset(name="cifar10"), data_root=data_root).train_labels) // 10

    assert images(places[0]) == 1
    assert images(None) == 2
    monkeypatch.delenv("BENCH_DATA")
    assert images(None) == 3


def test_limit_keeps_some_images_of_every_class(cifar10, root):
    """`limit` applies to both sets, is stratified, and gives the same images each time."""
    cifar10.parquet(root / "cifar10")
    dataset = Dataset(name="cifar10", limit=10)
    arrays, again = (load(dataset, data_root=root) for _ in range(2))
    assert np.bincount(arrays.train_labels).tolist() == [1] * 10
    assert np.bincount(arrays.test_labels).tolist() == [1] * 10
    np.testing.assert_array_equal(arrays.train_images, again.train_images)


def test_limit_copies_no_images(cifar10, root):
    """It names rows of the memory map; a limit that takes all of them names none."""
    cifar10.parquet(root / "cifar10")
    arrays = load(Dataset(name="cifar10", limit=20), data_root=root)
    assert isinstance(arrays.train.stored_images, np.memmap)
    assert len(arrays.train.stored_images) == 30
    assert len(arrays.train.rows) == len(arrays.train_labels) == 20
    assert arrays.test.rows is None
