"""Batches: every image once an epoch, in an order that seed and epoch decide, normalised."""

import random

import numpy as np
import pytest
import torch

from bench.data.augment.pixels import to_channels
from bench.data.batches import ImageSet, Pipeline, derive_seed, in_order, seed_all, shuffled
from bench.spec import Dataset, Flip, Recipe, ResizeCrop

CPU = torch.device("cpu")


@pytest.fixture
def images():
    """Fifty images whose pixels and labels are their number."""
    numbers = np.arange(50)
    pixels = np.broadcast_to(numbers.astype(np.uint8)[:, None, None, None], (50, 8, 8, 3))
    return ImageSet.of(pixels, numbers.astype(np.int64), None, CPU)


def pipeline(images, normalize="unit", *, channels=3, image_size=8, augment=()):
    return Pipeline.fitted(
        Dataset(normalize=normalize),
        images,
        channels=channels,
        image_size=image_size,
        memory_format=torch.channels_last,
        augment=augment,
    )


def epoch(images, *, seed=0, number=1, augment=()):
    recipe = Recipe(batch_size=16)
    return list(shuffled(images, pipeline(images, augment=augment), recipe, seed=seed, epoch=number))


def test_an_epoch_shows_every_image_once(images):
    """The incomplete last batch included."""
    batches = epoch(images)
    assert [len(labels) for _, labels in batches] == [16, 16, 16, 2]
    assert sorted(torch.cat([labels for _, labels in batches]).tolist()) == list(range(50))


def test_images_and_labels_stay_together(images):
    """The pixel value is the label."""
    for inputs, labels in epoch(images):
        assert torch.equal((inputs[:, 0, 0, 0] * 255).round().long(), labels)


def test_order_depends_on_seed_and_epoch_alone(images):
    """Whatever else drew random numbers before."""

    def order(**options):
        torch.rand(3)
        return torch.cat([labels for _, labels in epoch(images, **options)]).tolist()

    assert order() == order()
    assert order() != order(number=2)
    assert order() != order(seed=1)


def test_batches_are_channels_last(images):
    """The layout that convolutions are fastest in."""
    inputs, _ = next(iter(epoch(images)))
    assert inputs.is_contiguous(memory_format=torch.channels_last)


def test_augmentations_apply_to_training_batches_only(images):
    """`in_order` shows images as they are."""
    flip = (Flip(name="hflip", p=1.0),)
    gradient = images.images.numpy()
    gradient[:, :, 0] = 255
    marked = ImageSet.of(gradient, images.labels.numpy(), None, CPU)
    assert all((inputs[:, :, :, -1] == 1).all() for inputs, _ in epoch(marked, augment=flip))
    assert all((inputs[:, :, :, 0] == 1).all() for inputs, _ in in_order(marked, 7, pipeline(marked)))


def test_in_order_keeps_the_order(images):
    """For evaluation."""
    labels = torch.cat([labels for _, labels in in_order(images, 7, pipeline(images))])
    assert labels.tolist() == list(range(50))


def test_standard_normalisation_has_zero_mean_and_unit_variance():
    """Per channel, over the training images."""
    pixels = np.random.default_rng(0).integers(0, 200, (300, 6, 6, 3), dtype=np.uint8)
    images = ImageSet.of(pixels, np.zeros(300, np.int64), None, CPU)
    x = pipeline(images, "standard", image_size=6)(images.images)
    torch.testing.assert_close(x.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(x.std((0, 2, 3)), torch.ones(3), atol=1e-3, rtol=0)


@pytest.mark.parametrize(("normalize", "low", "high"), [("unit", 0, 1), ("symmetric", -1, 1)])
def test_fixed_normalisations_map_the_range(normalize, low, high):
    """Black and white land on the ends."""
    pixels = np.array([0, 255], np.uint8)[:, None, None, None] * np.ones((2, 4, 4, 1), np.uint8)
    images = ImageSet.of(pixels, np.zeros(2, np.int64), None, CPU)
    x = pipeline(images, normalize, channels=1, image_size=4)(images.images)
    assert (x.min().item(), x.max().item()) == pytest.approx((low, high))


def test_images_are_resized_to_the_networks_input(images):
    """Bilinear; a plain image stays plain."""
    x = pipeline(images, image_size=32)(images.images)
    assert x.shape == (50, 3, 32, 32)
    assert torch.equal(x[:, 0, 0, 0], x[:, 2, 31, 31])


def test_grey_images_are_repeated_and_colour_images_averaged():
    """(N, C, H, W) to the channels the network takes."""
    grey = torch.rand(2, 1, 3, 3)
    assert torch.equal(to_channels(grey, 3), grey.repeat(1, 3, 1, 1))
    colour = torch.rand(2, 3, 3, 3)
    torch.testing.assert_close(to_channels(colour, 1)[:, 0], colour.mean(1))


def test_a_set_shows_its_chosen_images():
    """A split names rows of images that it shares with others."""
    pixels = np.arange(10, dtype=np.uint8)[:, None, None, None] * np.ones((10, 2, 2, 1), np.uint8)
    part = ImageSet.of(pixels, np.arange(10), np.array([3, 7]), CPU)
    assert part.labels.tolist() == [3, 7]
    assert part.images[:, 0, 0, 0].tolist() == [3, 7]
    assert [images[0, 0, 0, 0].item() for images, _ in part.batches(torch.tensor([1, 0]), 1)] == [7, 3]


def test_images_of_a_writable_array_are_not_copied():
    """Memory holds the cache once, whatever sets are taken from it."""
    pixels = np.zeros((10, 2, 2, 1), np.uint8)
    part = ImageSet.of(pixels, np.arange(10), np.array([3, 7]), CPU)
    pixels[3] = 9
    assert part.images.max() == 9


def test_alternating_flips_depend_on_seed_and_epoch_alone(images):
    """Each epoch shows the mirror images of the epoch before, wherever the order puts them."""
    pixels = np.random.default_rng(0).integers(0, 256, (50, 8, 8, 3), dtype=np.uint8)
    photos = ImageSet.of(pixels, np.arange(50), None, CPU)

    def by_label(number, seed=0):
        alternating = (Flip(name="hflip", alternating=True),)
        batches = epoch(photos, number=number, seed=seed, augment=alternating)
        inputs, labels = (torch.cat(parts) for parts in zip(*batches, strict=True))
        return inputs[labels.argsort()]

    assert torch.equal(by_label(2), by_label(1).flip(3))
    assert torch.equal(by_label(3), by_label(1))
    assert not torch.equal(by_label(1, seed=1), by_label(1))


def test_evaluation_follows_the_framing(images):
    """Training sees windows that differ, evaluation sees the centre of every image at the same scale."""
    pixels = np.zeros((50, 8, 8, 3), np.uint8)
    pixels[:, :1] = pixels[:, -1:] = 255  # gone from the centre of an image that is enlarged fourfold
    bordered = ImageSet.of(pixels, np.arange(50), None, CPU)
    framed = pipeline(bordered, image_size=16, augment=(ResizeCrop(name="resize_crop", resize=32),))
    trained = torch.cat([x for x, _ in shuffled(bordered, framed, Recipe(), seed=0, epoch=1)])
    tested = torch.cat([x for x, _ in in_order(bordered, 16, framed)])
    assert trained.shape == tested.shape == (50, 3, 16, 16)
    assert tested.max() == 0
    assert trained.max() == 1


def test_whatever_draws_repeats():
    """A network of the user's may use Python's generator, or numpy's, beside torch's."""

    def drawn(*parts):
        seed_all(*parts)
        return random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002

    first, other = drawn(1, "a"), drawn(2, "a")
    assert drawn(1, "a") == first
    assert not set(first) & set(other)


def test_derived_seeds_depend_on_every_part():
    """And are the same on every machine."""
    assert (
        len({derive_seed(0, "a", 1), derive_seed(0, "a", 2), derive_seed(1, "a", 1), derive_seed(0, "b", 1)})
        == 4
    )
    assert derive_seed(0, "weights") == derive_seed(0, "weights")
    assert 0 <= derive_seed("x") < 2**63


def test_a_sample_has_every_class_though_the_source_lists_them_one_by_one():
    """Class folders do: their first images are all of one class."""
    labels = np.repeat(np.arange(5), 20)
    pixels = np.broadcast_to(labels.astype(np.uint8)[:, None, None, None], (100, 8, 8, 1))
    some = ImageSet.of(pixels, labels, np.arange(0, 100, 2), CPU).sample(10)
    assert some.labels.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert some.images[:, 0, 0, 0].tolist() == some.labels.tolist()
    assert len(some.sample(99)) == 10
