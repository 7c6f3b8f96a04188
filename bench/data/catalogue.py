"""The catalogue of datasets: one line for each, and what can be said about it before any data are read."""

from __future__ import annotations

import difflib
from functools import partial
from pathlib import Path

from bench.data import download, lookup
from bench.data.entry import Entry
from bench.data.source import Target
from bench.data.sources import cifar_batches, digits, folder, idx, parquet, shapes, tiny_imagenet
from bench.errors import SuiteError
from bench.spec import Dataset

_DIGITS = tuple("0123456789")
_FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
_CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_VALIDATION_IS_TEST = (
    "The official validation images are the test set, because the official test images have no labels."
)
_TINY_IMAGENET = download.Remote(
    "tiny-imagenet-200.zip",
    ("http://cs231n.stanford.edu/tiny-imagenet-200.zip",),
    "90528d7ca1a48142e341f4ef8d21d0de",
)

_ENTRIES = (
    Entry(
        name="digits", title="scikit-learn's digits", image_size=8, channels=1, classes=10,
        class_names=_DIGITS, make=digits.find,
    ),
    Entry(
        name="shapes", title="geometric shapes", image_size=32, channels=3, classes=len(shapes.CLASSES),
        class_names=shapes.CLASSES, resize=True, make=shapes.find,
    ),
    Entry(
        name="mnist", title="MNIST", image_size=28, channels=1, classes=10, class_names=_DIGITS,
        layouts=(idx.layout("MNIST"), parquet.layout("mnist"), folder.layout("mnist")),
        remotes=partial(download.mnist_files, "MNIST"), official=(60_000, 10_000), lossless=True,
    ),
    Entry(
        name="fashion_mnist", title="Fashion-MNIST", image_size=28, channels=1, classes=10,
        class_names=_FASHION,
        layouts=(idx.layout("FashionMNIST"), parquet.layout("fashion_mnist"), folder.layout("fashion_mnist")),
        remotes=partial(download.mnist_files, "FashionMNIST"), official=(60_000, 10_000), lossless=True,
    ),
    Entry(
        name="cifar10", title="CIFAR-10", image_size=32, channels=3, classes=10, class_names=_CIFAR10,
        layouts=(*cifar_batches.CIFAR10.layouts, parquet.layout("cifar10"), folder.layout("cifar10")),
        remotes=partial(download.cifar_archive, "CIFAR10"), official=(50_000, 10_000), lossless=True,
        jpeg_effect="expect about 2 to 3 points lower accuracy than figures published on the originals",
    ),
    Entry(
        name="cifar100", title="CIFAR-100", image_size=32, channels=3, classes=100,
        layouts=(*cifar_batches.CIFAR100.layouts, parquet.layout("cifar100"), folder.layout("cifar100")),
        remotes=partial(download.cifar_archive, "CIFAR100"), official=(50_000, 10_000), lossless=True,
    ),
    Entry(
        name="tiny_imagenet", title="Tiny ImageNet", image_size=64, channels=3, classes=200,
        aliases=(tiny_imagenet.NAME,), note=_VALIDATION_IS_TEST,
        layouts=(*tiny_imagenet.LAYOUTS, parquet.layout("tiny-imagenet"), folder.layout("tiny-imagenet")),
        remotes=lambda: (_TINY_IMAGENET,), official=(100_000, 10_000),
    ),
    Entry(
        name="imagenet_folder", title="ImageNet-1k", image_size=224, channels=3, classes=1000, resize=True,
        aliases=("imagenet", "imagenet1k", "imagenet2012", "ilsvrc2012"), note=_VALIDATION_IS_TEST,
        layouts=(folder.layout("imagenet"),), official=(1_281_167, 50_000), takes_path=True,
    ),
    Entry(
        name="folder", title="class folders", image_size=None, channels=None, classes=None, resize=True,
        layouts=(folder.ANY_LAYOUT,), takes_path=True,
    ),
    Entry(
        name="parquet", title="parquet files", image_size=None, channels=None, classes=None, resize=True,
        layouts=(parquet.layout("<path>"),), takes_path=True,
    ),
)  # fmt: skip
_BY_NAME = {entry.name: entry for entry in _ENTRIES}


def names() -> tuple[str, ...]:
    """Names a suite may use, in the order of the catalogue."""
    return tuple(_BY_NAME)


def find(name: str) -> Entry:
    """Look a dataset up.

    Raises:
        SuiteError: The name is unknown; the message suggests the nearest ones.
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = difflib.get_close_matches(name, _BY_NAME, n=3)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "`bench list datasets` shows all"
    raise SuiteError(f"unknown dataset {name!r}: {hint}")


def target(dataset: Dataset) -> Target:
    """What decoding the dataset aims at.

    Raises:
        SuiteError: The name is unknown.
    """
    entry = find(dataset.name)
    return Target(
        dataset=dataset.path or entry.title,
        # Datasets with a size of their own are decoded at it; batches are resized and converted later.
        image_size=(dataset.stored_size or dataset.image_size or entry.image_size)
        if entry.resize
        else entry.image_size,
        channels=entry.channels or dataset.channels,
        resize=entry.resize,
        classes=entry.classes,
        class_names=entry.class_names,
    )


def geometry(dataset: Dataset, data_root: Path | None = None) -> tuple[int, int, int]:
    """Channels, side of the square image in pixels, and classes, as the network sees them.

    Only "folder" and "parquet" datasets are looked at; the others are known.

    Raises:
        SuiteError: The name is unknown, or the images of a folder differ in size and none is given.
        DataError: The folder or the parquet files are missing or broken.
    """
    entry = find(dataset.name)
    channels, image_size, classes = entry.channels, entry.image_size, entry.classes
    if channels is None or image_size is None or classes is None:
        contents = lookup.locate(entry, dataset, data_root).read(target(dataset))
        image_size, _, channels = contents.shape
        classes = len(contents.classes)
    return dataset.channels or channels, dataset.image_size or image_size, classes
