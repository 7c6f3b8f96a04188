"""CIFAR's pickles are data, never code."""

import io
import os
import pickle
import tarfile

import numpy as np
import pytest

from bench.data import load
from bench.data.sources import cifar_batches
from bench.errors import DataError
from bench.spec import Dataset

CIFAR10 = Dataset(name="cifar10")


@pytest.fixture
def folder(cifar10, root):
    cifar10.batches(root / "cifar-10-batches-py")
    return root / "cifar-10-batches-py"


class Malicious:
    """Runs a command when it is unpickled the ordinary way."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def test_a_pickle_that_calls_a_function_is_refused(folder, root, tmp_path):
    """The function is not called, and the message says what the file wanted."""
    witness = tmp_path / "witness"
    (folder / "data_batch_3").write_bytes(pickle.dumps({"data": Malicious(f"touch {witness}")}))
    with pytest.raises(DataError, match=r"data_batch_3: refused.*system"):
        load(CIFAR10, data_root=root)
    assert not witness.exists()


def test_a_pickle_that_asks_for_gigabytes_is_refused(folder, root):
    """Five bytes name the last of two thousand million objects; room for all of them would be made."""
    (folder / "test_batch").write_bytes(b"\x80\x02}r\xff\xff\xff\x7f.")
    with pytest.raises(DataError, match="test_batch: refused, because it counts 2147483647 objects"):
        load(CIFAR10, data_root=root)


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        (b"no pickle", "damaged"),
        (pickle.dumps([1]), "not a dictionary"),
        (pickle.dumps({"labels": []}), "no uint8 images"),
        (pickle.dumps({"data": np.zeros((1, 3072)), "labels": [0]}), "no uint8 images"),
        (pickle.dumps({"data": np.zeros((1, 3071), np.uint8), "labels": [0]}), "no uint8 images"),
        (pickle.dumps({"data": np.zeros((2, 3072), np.uint8), "labels": [0]}), "2 images, but 1 labels"),
        (
            pickle.dumps({"data": np.zeros((1, 3072), np.uint8), "labels": ["0"]}),
            "its labels are not a list of integers",
        ),
        (pickle.dumps({"data": np.zeros((1, 3072), np.uint8), "labels": [-1]}), "label -1"),
    ],
)
def test_damaged_batches_are_named(folder, root, batch, message):
    """Kind, shape, counts and labels are checked."""
    (folder / "test_batch").write_bytes(batch)
    with pytest.raises(DataError, match=f"test_batch: {message}"):
        load(CIFAR10, data_root=root)


def test_a_missing_batch_is_named(folder, root):
    """An incomplete folder is refused."""
    (folder / "data_batch_5").unlink()
    with pytest.raises(DataError, match="data_batch_5 is missing"):
        load(CIFAR10, data_root=root)


@pytest.fixture
def archive(cifar10, tar, tmp_path, root):
    cifar10.batches(tmp_path / "cifar-10-batches-py")
    tar(tmp_path / "cifar-10-batches-py", root / "cifar-10-python.tar.gz")
    return root / "cifar-10-python.tar.gz"


@pytest.mark.parametrize("kept", [0.0, 0.1, 0.5, 0.95])
def test_a_truncated_archive_is_named(archive, root, kept):
    """An interrupted copy of the archive is not read as far as it goes."""
    data = archive.read_bytes()
    archive.write_bytes(data[: int(kept * len(data))])
    with pytest.raises(DataError, match=r"cifar-10-python\.tar\.gz"):
        load(CIFAR10, data_root=root)


def test_an_archive_that_unpacks_to_too_much_is_refused(archive, root, monkeypatch):
    """The bound holds for everything that is unpacked, not for the batches alone."""
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(_member("readme", 3_000_000), io.BytesIO(bytes(3_000_000)))
    monkeypatch.setattr(cifar_batches, "_MAX_ARCHIVE_BYTES", 2_000_000)
    with pytest.raises(DataError, match="unpacks to more than"):
        load(CIFAR10, data_root=root)


def test_members_outside_the_dataset_are_not_written(archive, root, tmp_path):
    """Nothing is extracted, so no path can escape; the archive merely lacks its batches."""
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(_member("../../escaped", 5), io.BytesIO(b"hello"))
    with pytest.raises(DataError, match="is missing"):
        load(CIFAR10, data_root=root)
    assert not list(tmp_path.rglob("escaped"))


def _member(name, size):
    member = tarfile.TarInfo(name)
    member.size = size
    return member
