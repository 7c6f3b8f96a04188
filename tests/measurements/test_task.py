"""A trial's task: which images it trains, selects and tests on, and where they are kept."""

import pytest
import torch

from bench.data.batches import in_order, shuffled
from bench.errors import SuiteError
from bench.measurements.device import Device
from bench.measurements.task import Task
from bench.plan import Trial
from bench.spec import Crop, Dataset, Execution, Flip, Recipe, ResizeCrop

RECIPE = Recipe(batch_size=50, augment=(Crop(name="crop", padding=2), Flip(name="hflip", alternating=True)))


@pytest.fixture(autouse=True)
def cache_dir(tmp_path_factory, monkeypatch):
    """A cache of these tests' own."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path_factory.getbasetemp() / "task-cache"))


def task(recipe=RECIPE, budget=None, **dataset):
    execution = Execution(device="cpu", precision="float32", memory_budget=budget)
    trial = Trial(
        label="A", architecture="test", recipe=recipe, execution=execution,
        dataset=Dataset(**{"name": "digits", **dataset}),
    )  # fmt: skip
    return Task.of(trial, Device.chosen(execution), None)


def rows(images):
    return set(images.rows.tolist())


def test_images_are_held_out_of_the_training_set():
    """A tenth; the two share the store."""
    whole = task()
    assert (len(whole.train), len(whole.validation), len(whole.test)) == (1294, 144, 359)
    assert rows(whole.train) | rows(whole.validation) == set(range(1438))
    assert not rows(whole.train) & rows(whole.validation)
    assert whole.train.store is whole.validation.store


def test_a_limit_is_split_as_well():
    """What is held out comes from the images that the limit keeps."""
    limited = task(limit=100)
    assert (len(limited.train), len(limited.validation), len(limited.test)) == (90, 10, 100)
    assert not rows(limited.train) & rows(limited.validation)


def test_the_test_set_may_serve_as_validation_set():
    """Then all training images are trained on."""
    whole = task(validation="test", limit=100)
    assert whole.validation is None
    assert len(whole.train) == 100


def test_labels_are_those_of_the_images():
    """Whatever subset of rows a set shows."""
    whole, limited = task(validation="test"), task(limit=100)
    for images in (limited.train, limited.validation):
        assert torch.equal(images.labels, whole.train.labels[images.rows])


def test_a_small_budget_streams_the_same_batches():
    """The record says so, and every number is that of images in memory."""
    memory, streamed = task(limit=300), task(limit=300, budget=1000)
    assert (memory.facts.residency, streamed.facts.residency) == ("memory", "streamed")
    assert torch.equal(memory.pipeline.scale, streamed.pipeline.scale)
    both = (
        shuffled(memory.train, memory.pipeline, RECIPE, seed=0, epoch=1),
        shuffled(streamed.train, streamed.pipeline, RECIPE, seed=0, epoch=1),
    )
    evaluated = (in_order(part.validation, 9, part.pipeline) for part in (memory, streamed))
    for pairs in (both, evaluated):
        for (images, labels), (expected, expected_labels) in zip(*pairs, strict=True):
            assert torch.equal(images, expected)
            assert torch.equal(labels, expected_labels)


def test_a_framing_gives_the_size_of_the_network():
    """In training and in evaluation."""
    recipe = Recipe(augment=(ResizeCrop(name="resize_crop", resize=20),))
    framed = task(recipe, image_size=16, limit=64)
    assert framed.geometry.shape == (1, 16, 16)
    for batches in (
        shuffled(framed.train, framed.pipeline, recipe, seed=0, epoch=1),
        in_order(framed.test, 64, framed.pipeline),
    ):
        assert next(batches)[0].shape[1:] == (1, 16, 16)
        batches.close()


@pytest.mark.parametrize("limit", [4, 10])
def test_nothing_to_validate_on_is_refused(limit):
    """A tenth of four images is none, and a class with one image keeps it."""
    with pytest.raises(SuiteError, match=r"dataset.validation: 0.1 of \d+ training images leaves none"):
        task(limit=limit)
    assert len(task(limit=limit, validation="test").train) == limit
