"""Streaming: the same batches as from memory, bit for bit, within a budget."""

import mmap
import os
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from bench.data import array_file
from bench.data.batches import ImageSet, Pipeline, in_order, shuffled
from bench.data.resident import Resident
from bench.data.streamed import Streamed, stretches_of
from bench.errors import DataError
from bench.spec import ColorJitter, Crop, Dataset, Flip, Recipe, Rotation

CPU = torch.device("cpu")
SHAPE = (6, 6, 3)
LABELS = np.arange(200, dtype=np.int64)
EVERYTHING = (
    Rotation(name="rotation"), Crop(name="crop", padding=2), ColorJitter(name="color_jitter"),
    Flip(name="vflip"), Flip(name="hflip", alternating=True),
)  # fmt: skip
SPLITS = pytest.mark.parametrize(
    "rows", [None, LABELS[::3].copy(), LABELS[50:].copy()], ids=["all", "sparse", "dense"]
)
BUDGETS = pytest.mark.parametrize("budget", [1, 20_000, 2**30])


@pytest.fixture
def mapped(tmp_path):
    """A cache file of 200 images, mapped as the cache maps it."""
    pixels = np.random.default_rng(0).integers(0, 256, (200, *SHAPE), dtype=np.uint8)
    np.save(tmp_path / "images.npy", pixels)
    return np.load(tmp_path / "images.npy", mmap_mode="c")


def kept(store, rows):
    return ImageSet.stored(store, rows, LABELS)


def pipeline(images):
    return Pipeline.fitted(
        Dataset(), images, channels=3, image_size=6, memory_format=torch.channels_last, augment=EVERYTHING
    )


def assert_same_batches(ours, theirs):
    for (images, labels), (expected, expected_labels) in zip(ours, theirs, strict=True):
        assert torch.equal(images, expected)
        assert torch.equal(labels, expected_labels)


@SPLITS
@BUDGETS
def test_a_streamed_epoch_has_the_batches_of_memory(mapped, rows, budget):
    """Order, augmentation and every bit, so that where images are kept never moves an accuracy."""
    memory, streamed = kept(Resident.on(CPU, mapped), rows), kept(Streamed(mapped, CPU, budget), rows)
    recipe = Recipe(batch_size=16)
    for epoch in (1, 2):
        ours = shuffled(streamed, pipeline(streamed), recipe, seed=3, epoch=epoch)
        assert_same_batches(ours, shuffled(memory, pipeline(memory), recipe, seed=3, epoch=epoch))


@SPLITS
@BUDGETS
def test_a_streamed_evaluation_has_the_batches_of_memory(mapped, rows, budget):
    """In order; the constants of the normalisation are the same, too."""
    memory, streamed = kept(Resident.on(CPU, mapped), rows), kept(Streamed(mapped, CPU, budget), rows)
    assert torch.equal(pipeline(streamed).scale, pipeline(memory).scale)
    assert torch.equal(pipeline(streamed).shift, pipeline(memory).shift)
    assert_same_batches(in_order(streamed, 7, pipeline(streamed)), in_order(memory, 7, pipeline(memory)))


def test_windows_stay_within_the_budget(mapped, monkeypatch):
    """Several batches at once, each window a third of the budget at most."""
    lengths = []
    read = Streamed._read
    monkeypatch.setattr(Streamed, "_read", lambda *given: lengths.append(given[-1].nbytes) or read(*given))
    image, budget = int(np.prod(SHAPE)), 40_000
    list(Streamed(mapped, CPU, budget).batches(torch.arange(200), 16))
    assert sum(lengths) == mapped.nbytes
    assert 16 * image < max(lengths) <= budget / 3


@pytest.mark.parametrize(
    ("rows", "stretches"),
    [
        ([4, 5, 6], [(4, 0, 3)]),
        ([6, 5, 4], [(4, 2, 1), (5, 1, 1), (6, 0, 1)]),
        ([9, 2, 3, 0], [(0, 3, 1), (2, 1, 2), (9, 0, 1)]),
        ([7], [(7, 0, 1)]),
    ],
)
def test_windows_are_read_from_front_to_end(rows, stretches):
    """A disk does not seek back and forth, and neighbours are read at once."""
    assert list(stretches_of(np.array(rows))) == stretches


def test_streaming_leaves_the_memory_map_untouched(tmp_path):
    """The process does not grow by what it reads."""
    smaps = Path("/proc/self/smaps")
    if not smaps.exists() or not hasattr(mmap, "MADV_DONTNEED"):
        pytest.skip("this system tells nothing about single mappings")
    np.save(tmp_path / "large.npy", np.ones((256, 64, 64, 1), np.uint8))
    large = np.load(tmp_path / "large.npy", mmap_mode="c")

    def resident():
        """Kibibytes of the file's pages that this process holds."""
        lines = iter(smaps.read_text().splitlines())
        next(line for line in lines if line.endswith("large.npy"))
        return int(next(line for line in lines if line.startswith("Rss:")).split()[1])

    assert large.sum() == large.size
    assert resident() >= 1024
    array_file.forget_pages(large)
    for batch in Streamed(large, CPU, 2**18).batches(torch.randperm(256), 32):
        assert batch.min() == 1
        assert resident() == 0


def test_a_file_that_became_shorter_is_an_error(mapped, tmp_path):
    """And not an image of noise."""
    os.truncate(tmp_path / "images.npy", 1000)
    with pytest.raises(DataError, match=r"images.npy: shorter than it was"):
        list(Streamed(mapped, CPU, 1).batches(torch.arange(200), 16))


def test_leaving_a_streamed_epoch_early_ends_its_thread(mapped):
    """As a failing step does."""
    streamed = kept(Streamed(mapped, CPU, 1), None)
    batches = shuffled(streamed, pipeline(streamed), Recipe(batch_size=4), seed=0, epoch=1)
    next(batches)
    assert any(thread.name == "prefetch" for thread in threading.enumerate())
    batches.close()
    assert not any(thread.name == "prefetch" for thread in threading.enumerate())


@pytest.mark.parametrize("rows", [None, LABELS[::3].copy()])
def test_the_first_images_of_a_streamed_set_are_a_set(mapped, rows):
    """For measurements on a fixed batch; fewer where there are fewer."""
    streamed, every = kept(Streamed(mapped, CPU, 1), rows), LABELS if rows is None else rows
    first = streamed.first(4)
    assert first.labels.tolist() == every[:4].tolist()
    np.testing.assert_array_equal(first.images.numpy(), mapped[every[:4]])
    assert len(streamed.first(1000)) == len(every)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@BUDGETS
def test_a_streamed_epoch_on_cuda_has_the_batches_of_the_device(mapped, budget):
    """Copies that run beside the computation arrive before they are used."""
    cuda = torch.device("cuda", 0)
    device, streamed = kept(Resident.on(cuda, mapped), None), kept(Streamed(mapped, cuda, budget), None)
    recipe = Recipe(batch_size=16)
    ours = shuffled(streamed, pipeline(streamed), recipe, seed=3, epoch=1)
    assert_same_batches(ours, shuffled(device, pipeline(device), recipe, seed=3, epoch=1))
