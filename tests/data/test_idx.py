"""Broken idx files give one clear error each."""

import gzip
import struct

import pytest
from fuzzing import inputs
from hypothesis import given
from hypothesis import strategies as st

from bench.data import load
from bench.errors import DataError
from bench.spec import Dataset

MNIST = Dataset(name="mnist")
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


@pytest.fixture
def raw(mnist, root):
    """A healthy MNIST."""
    mnist.idx(root / "MNIST" / "raw")
    return root / "MNIST" / "raw"


@pytest.mark.parametrize("name", [IMAGES, LABELS])
@inputs(25, 2500)
@given(fraction=st.floats(0, 1, exclude_max=True), gzipped=st.booleans())
def test_any_truncation_is_noticed(raw, root, name, fraction, gzipped):
    """Wherever a plain or gzipped file is cut, the error names it."""
    file = raw / name
    whole = file.read_bytes()
    cut = gzip.compress(whole) if gzipped else whole
    broken = raw / f"{name}.gz" if gzipped else file
    file.unlink()
    broken.write_bytes(cut[: int(fraction * len(cut))])
    try:
        with pytest.raises(DataError, match=name):
            load(MNIST, data_root=root)
    finally:
        broken.unlink()
        file.write_bytes(whole)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        (IMAGES, lambda data: b"\x01" + data[1:], "not an idx file"),
        (IMAGES, lambda data: data[:2] + b"\x0d" + data[3:], "only uint8"),
        (IMAGES, lambda data: data[:3] + b"\x01" + data[4:], "not an idx file with 3 axes"),
        (IMAGES, lambda data: data + b"\0", "more bytes than its header"),
        (IMAGES, lambda data: data[:4] + struct.pack(">I", 2**32 - 1) + data[8:], "are refused"),
        (IMAGES, lambda data: data[:8] + struct.pack(">I", 27) + data[12:], "expected 28 x 28"),
        (LABELS, lambda data: data[:4] + struct.pack(">I", 29) + data[8:-1], "30 images, but .* 29 labels"),
        (LABELS, lambda data: data[:-1] + b"\x0a", "label 10 .*0 to 9"),
    ],
)
def test_damage_is_named(raw, root, name, change, message):
    """Magic number, type, axes, length, size, counts and label range are checked."""
    (raw / name).write_bytes(change((raw / name).read_bytes()))
    with pytest.raises(DataError, match=message):
        load(MNIST, data_root=root)


def test_a_missing_file_is_named(raw, root):
    """An incomplete copy is not passed over in silence."""
    (raw / LABELS).unlink()
    with pytest.raises(DataError, match=f"{LABELS} is missing"):
        load(MNIST, data_root=root)


def test_a_failed_decode_leaves_nothing(raw, root, cache_dir):
    """Neither a cache nor a temporary folder remains."""
    (raw / LABELS).write_bytes(b"")
    with pytest.raises(DataError):
        load(MNIST, data_root=root)
    assert list((cache_dir / "datasets").glob("*")) == []
