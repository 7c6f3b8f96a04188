"""Hub-style parquet: columns, class names, shards, and damage."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fuzzing import inputs
from hypothesis import given
from hypothesis import strategies as st

from bench.data import load
from bench.errors import DataError
from bench.spec import Dataset

CIFAR10 = Dataset(name="cifar10")
OWN = Dataset(name="parquet", path="own")
TRAIN = "train-00000-of-00001.parquet"


@pytest.fixture
def hub(cifar10, root):
    """A healthy CIFAR-10."""
    cifar10.parquet(root / "cifar10")
    return root / "cifar10"


@inputs(25, 2500)
@given(fraction=st.floats(0, 1, exclude_max=True))
def test_any_truncation_is_noticed(hub, root, fraction):
    """Wherever a file is cut, the error names it."""
    file = hub / TRAIN
    whole = file.read_bytes()
    file.write_bytes(whole[: int(fraction * len(whole))])
    try:
        with pytest.raises(DataError, match=TRAIN):
            load(CIFAR10, data_root=root)
    finally:
        file.write_bytes(whole)


def rewrite(file, **columns):
    """Write other columns, without metadata."""
    pq.write_table(pa.table(columns), file)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"picture": [b""], "label": [0]}, "no column named image or img; it has picture, label"),
        ({"image": [b""], "answer": [0]}, "no column named label or fine_label or labels"),
        ({"image": [b""], "label": ["cat"]}, "must hold an integer label"),
        ({"image": [b"", b""], "label": [0, None]}, "must hold an integer label"),
        ({"image": [b"no image"], "label": [0]}, "row 0: not a readable image"),
        ({"image": [3], "label": [0]}, "must hold encoded images, not int64"),
        ({"image": [{"path": "a.png"}], "label": [0]}, "has no field 'bytes'"),
        (
            {"image": [{"bytes": None, "path": "a.png"}, {"bytes": b"", "path": ""}], "label": [0, 1]},
            "no image bytes",
        ),
    ],
)
def test_damage_is_named(hub, root, columns, message):
    """Columns, their types and each image are checked."""
    rewrite(hub / TRAIN, **columns)
    with pytest.raises(DataError, match=message):
        load(CIFAR10, data_root=root)


@pytest.mark.parametrize("label", [-1, 10])
def test_a_label_out_of_range_is_named(hub, root, label, encode):
    """Also -1, which hub datasets use for "no label"."""
    rewrite(hub / TRAIN, image=[encode(np.zeros((32, 32, 3), np.uint8))], label=[label])
    with pytest.raises(DataError, match=f"label {label} .*0 to 9"):
        load(CIFAR10, data_root=root)


def test_images_of_another_size_are_another_dataset(hub, root, encode):
    """CIFAR-10 is never resized on the quiet."""
    rewrite(hub / TRAIN, image=[encode(np.zeros((28, 28, 3), np.uint8))], label=[0])
    with pytest.raises(DataError, match="28 x 28 pixels, but images of CIFAR-10 have 32 x 32"):
        load(CIFAR10, data_root=root)


def test_other_class_counts_are_another_dataset(hub, root, encode):
    """The metadata must name as many classes as the dataset has."""
    table = pa.table({"image": [encode(np.zeros((32, 32, 3), np.uint8))], "label": [0]})
    features = {"info": {"features": {"label": {"names": ["cat", "dog"]}}}}
    pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps(features)}), hub / TRAIN)
    with pytest.raises(DataError, match="CIFAR-10 has 10 classes, but the parquet files name 2"):
        load(CIFAR10, data_root=root)


def test_a_missing_shard_is_named(hub, root):
    """Part of a split is not the split."""
    (hub / TRAIN).rename(hub / "train-00001-of-00002.parquet")
    with pytest.raises(DataError, match=r"2 files of its train split, number 0 .*missing"):
        load(CIFAR10, data_root=root)


def test_shards_are_read_in_order(sample, tmp_path, root):
    """Rows of all shards follow each other."""
    data = sample(("a", "b"), 8, 3, {"train": 6, "test": 2})
    data.parquet(tmp_path / "whole")
    rows = pq.read_table(tmp_path / "whole" / TRAIN)
    (root / "own").mkdir()
    for number in range(3):
        pq.write_table(rows.slice(4 * number, 4), root / "own" / f"train-{number:05}-of-00003.parquet")
    (tmp_path / "whole" / "test-00000-of-00001.parquet").rename(root / "own" / "test-00000-of-00001.parquet")
    data.assert_equals(load(OWN, data_root=root))


@pytest.mark.parametrize("columns", [("image", "label"), ("img", "fine_label"), ("image", "labels")])
def test_the_hub_names_its_columns_in_several_ways(columns, cats_and_dogs, root):
    """Class names come from the metadata of whichever column holds the labels."""
    cats_and_dogs.parquet(root / "own", columns=columns)
    cats_and_dogs.assert_equals(load(OWN, data_root=root))


def test_without_metadata_classes_are_numbers(cats_and_dogs, root):
    """Names are optional."""
    cats_and_dogs.parquet(root / "own", named=False)
    assert load(OWN, data_root=root).classes == ("0", "1")


def test_a_source_without_test_set_is_divided(cats_and_dogs, root):
    """A fixed stratified fifth becomes the test set, and the note says so."""
    cats_and_dogs.parquet(root / "own", test=None)
    arrays = load(OWN, data_root=root)
    assert np.bincount(arrays.train_labels).tolist() == [8, 8]
    assert np.bincount(arrays.test_labels).tolist() == [2, 2]
    assert "no test set of its own" in arrays.note


def test_a_validation_split_serves_as_test_set_and_is_named(cats_and_dogs, root):
    """There is no silence about what "test" is."""
    cats_and_dogs.parquet(root / "own", test="validation")
    assert "'validation' split is the test set" in load(OWN, data_root=root).note
