"""A cache of its own for every test, and small datasets written in every layout."""

import gzip
import io
import json
import os
import pickle
import struct
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

REAL_DATA = os.environ.get("BENCH_DATA")


@pytest.fixture(autouse=True)
def cache_dir(tmp_path, monkeypatch):
    """Caches go to a temporary folder, and no data root is named."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def real_data():
    """The folder of the real datasets; skips, visibly, without it."""
    if not REAL_DATA:
        pytest.skip("BENCH_DATA names no folder with real datasets")
    return Path(REAL_DATA)


@pytest.fixture
def root(tmp_path):
    """A data root."""
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@dataclass
class Sample:
    """A small dataset, sorted by class, so that every layout keeps its order."""

    classes: tuple[str, ...]
    side: int
    channels: int
    per_class: dict[str, int] = field(default_factory=lambda: {"train": 3, "test": 2})

    def __post_init__(self):
        rng = np.random.default_rng(1)
        shape = (self.side, self.side, self.channels)
        self.labels, self.images = {}, {}
        for split, count in self.per_class.items():
            self.labels[split] = np.repeat(np.arange(len(self.classes)), count)
            self.images[split] = rng.integers(0, 256, (len(self.labels[split]), *shape), dtype=np.uint8)

    def assert_equals(self, arrays):
        """All four arrays and the class names are the sample's."""
        np.testing.assert_array_equal(arrays.train_images, self.images["train"])
        np.testing.assert_array_equal(arrays.test_images, self.images["test"])
        np.testing.assert_array_equal(arrays.train_labels, self.labels["train"])
        np.testing.assert_array_equal(arrays.test_labels, self.labels["test"])
        assert arrays.train_labels.dtype == np.int64
        assert arrays.classes == self.classes

    def idx(self, folder, *, gzipped=False):
        folder.mkdir(parents=True, exist_ok=True)
        for split, stem in (("train", "train"), ("test", "t10k")):
            for array, kind in (
                (self.images[split][..., 0], "images-idx3"),
                (self.labels[split], "labels-idx1"),
            ):
                header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
                data = header + array.astype(np.uint8).tobytes()
                name = f"{stem}-{kind}-ubyte"
                if gzipped:
                    (folder / f"{name}.gz").write_bytes(gzip.compress(data))
                else:
                    (folder / name).write_bytes(data)

    def batches(self, folder, *, hundred=False, protocol=2):
        """CIFAR's pickled batches."""
        folder.mkdir(parents=True)
        names = ["train"] if hundred else [f"data_batch_{i}" for i in range(1, 6)]
        test, meta = ("test", "meta") if hundred else ("test_batch", "batches.meta")
        label_key, names_key = ("fine_labels", "fine_label_names") if hundred else ("labels", "label_names")
        rows = np.array_split(np.arange(len(self.labels["train"])), len(names))
        parts = [(name, "train", row) for name, row in zip(names, rows, strict=True)]
        parts.append((test, "test", np.arange(len(self.labels["test"]))))
        for name, split, row in parts:
            planes = np.ascontiguousarray(self.images[split][row].transpose(0, 3, 1, 2)).reshape(len(row), -1)
            batch = {"data": planes, label_key: self.labels[split][row].tolist()}
            (folder / name).write_bytes(pickle.dumps(batch, protocol=protocol))
        (folder / meta).write_bytes(pickle.dumps({names_key: list(self.classes)}, protocol=protocol))

    def parquet(
        self, folder, *, columns=("image", "label"), test="test", plain=False, kind="PNG", named=True
    ):
        folder.mkdir(parents=True)
        image, label = columns
        for split, name in (("train", "train"), ("test", test)):
            if split not in self.labels or not name:
                continue
            encoded = [encode(pixels, kind) for pixels in self.images[split]]
            cells = (
                encoded if plain else [{"bytes": data, "path": f"{i}.png"} for i, data in enumerate(encoded)]
            )
            table = pa.table({image: cells, label: pa.array(self.labels[split], pa.int64())})
            features = {"info": {"features": {label: {"_type": "ClassLabel", "names": list(self.classes)}}}}
            table = table.replace_schema_metadata({"huggingface": json.dumps(features)} if named else None)
            pq.write_table(table, folder / f"{name}-00000-of-00001.parquet")

    def folders(self, folder, *, test="test", names=None, inner="", kind="png"):
        names = names or self.classes
        for split, name in (("train", "train"), ("test", test)):
            for number, (pixels, label) in enumerate(
                zip(self.images[split], self.labels[split], strict=True)
            ):
                file = folder / name / names[label] / inner / f"{number:05}.{kind}"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(encode(pixels, "JPEG" if kind == "jpg" else kind))


def encode(pixels, kind="PNG"):
    """An image file in memory."""
    stream = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(stream, kind)
    return stream.getvalue()


@pytest.fixture(name="encode")
def encode_fixture():
    return encode


@pytest.fixture
def tar():
    """Pack a folder the way the official archives are packed."""

    def pack(folder, archive):
        with tarfile.open(archive, "w:gz") as stream:
            # The official archive is not sorted by name.
            for file in sorted(folder.iterdir(), reverse=True):
                stream.add(file, f"{folder.name}/{file.name}")

    return pack


@pytest.fixture
def sample():
    """Make a sample of any geometry."""
    return Sample


@pytest.fixture
def cifar10():
    names = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
    return Sample(names, side=32, channels=3)


@pytest.fixture
def mnist():
    return Sample(tuple("0123456789"), side=28, channels=1)


@pytest.fixture
def cats_and_dogs():
    """Data of a user's own."""
    return Sample(("cat", "dog"), side=12, channels=3, per_class={"train": 10, "test": 5})
