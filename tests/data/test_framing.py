"""Framings: which part of an image is seen, at which size, in training and in evaluation."""

import pytest
import torch
import torchvision.transforms.v2.functional as reference
from torch import Generator
from torchvision.transforms import v2

from bench.data.augment import Draws
from bench.data.augment import framing as framings
from bench.data.augment.framing import central_part, framing_of, random_part, whole
from bench.data.augment.pixels import unit
from bench.errors import SuiteError
from bench.spec import Crop, RandomResizedCrop, ResizeCrop


def rng(seed=0):
    return Generator().manual_seed(seed)


def stored(side, count=12):
    """Images as the cache holds them: uint8 (N, H, W, C), seen as (N, C, H, W)."""
    shape = (count, side, side, 3)
    return torch.randint(256, shape, generator=rng(1), dtype=torch.uint8).permute(0, 3, 1, 2)


def resize(image, side):
    return reference.resize(image, [side, side], antialias=True)


def assert_same(result, expected):
    torch.testing.assert_close(result, expected, atol=1e-5, rtol=0)


def test_a_crop_that_cannot_reflect_is_refused():
    """Before anything is trained: there are as many pixels to reflect as there are beside the first one."""
    framing_of((Crop(name="crop", padding=7),), 8)
    framing_of((Crop(name="crop", padding=8, mode="zero"),), 8)
    with pytest.raises(SuiteError, match="padding of 8, which cannot be reflected from images of 8 pixels"):
        framing_of((Crop(name="crop", padding=8),), 8)


@pytest.mark.parametrize(("side", "size"), [(16, 40), (40, 16), (33, 32)])
def test_whole_images_are_resized_as_torchvision_does(side, size):
    """Bilinear; antialiased where they become smaller."""
    images = stored(side)
    for image, result in zip(unit(images), whole(images, size), strict=True):
        assert_same(result, resize(image, size))


def test_whole_images_of_the_right_size_stay_bytes():
    """Nothing is computed where there is nothing to resize."""
    images = stored(16)
    assert whole(images, 16) is images


scales = pytest.mark.parametrize(("side", "resized", "size"), [(16, 64, 56), (64, 20, 16), (32, 32, 24)])


@scales
def test_resize_crop_equals_torchvisions_resize_and_crop(side, resized, size):
    """A window at the drawn offset of the resized image, enlarged or antialiased."""
    images = stored(side)
    result = random_part(images, ResizeCrop(name="resize_crop", resize=resized), size, Draws(rng(4)))
    top, left = torch.randint(resized - size + 1, (2, len(images)), generator=rng(4)).tolist()
    assert len(set(top)) > 1
    for image, part, y, x in zip(unit(images), result, top, left, strict=True):
        assert_same(part, reference.crop(resize(image, resized), y, x, size, size))


@scales
def test_evaluation_resizes_alike_and_cuts_the_centre(side, resized, size):
    """The same scale as in training."""
    images = stored(side)
    for framing in (
        ResizeCrop(name="resize_crop", resize=resized),
        RandomResizedCrop(name="random_resized_crop", resize=resized),
    ):
        for image, part in zip(unit(images), central_part(images, framing, size), strict=True):
            assert_same(part, reference.center_crop(resize(image, resized), [size, size]))


def test_random_resized_crops_are_evaluated_on_whole_images():
    """Unless their `resize` says otherwise."""
    images = stored(32)
    part = central_part(images, RandomResizedCrop(name="random_resized_crop"), 24)
    assert_same(part, whole(images, 24))


@pytest.mark.parametrize(("side", "size"), [(48, 24), (20, 40)])
def test_random_resized_crops_equal_torchvisions(side, size, monkeypatch):
    """The drawn part, resized; nothing outside of it is seen."""
    images = stored(side)
    drawn = []
    boxes = framings._boxes
    monkeypatch.setattr(framings, "_boxes", lambda *given: drawn.append(boxes(*given)) or drawn[-1])
    result = random_part(images, RandomResizedCrop(name="random_resized_crop"), size, Draws(rng(2)))
    for image, part, box in zip(
        unit(images), result, torch.stack(drawn[0], dim=1).int().tolist(), strict=True
    ):
        assert_same(part, reference.resized_crop(image, *box, [size, size], antialias=True))


def test_random_parts_have_the_asked_area_and_ratio():
    """As torchvision draws them: the same ranges, and the same means."""
    framing = RandomResizedCrop(name="random_resized_crop", scale=(0.2, 0.8), ratio=(0.5, 2.0))
    top, left, height, width = framings._boxes(stored(64, 4000), framing, Draws(rng()))
    assert ((top >= 0) & (left >= 0) & (top + height <= 64) & (left + width <= 64)).all()
    torch.manual_seed(0)
    image = torch.zeros(1, 64, 64)
    torchvisions = v2.RandomResizedCrop(8, (0.2, 0.8), (0.5, 2.0))
    theirs = [torchvisions.make_params([image]) for _ in range(4000)]
    for ours, key in ((height, "height"), (width, "width"), (top, "top"), (left, "left")):
        reference_mean = sum(params[key] for params in theirs) / len(theirs)
        assert ours.mean().item() == pytest.approx(reference_mean, abs=1.0)


def test_where_no_part_fits_the_whole_image_is_taken():
    """All of the area in another ratio than the image's lies within no square."""
    framing = RandomResizedCrop(name="random_resized_crop", scale=(1.0, 1.0), ratio=(0.1, 1.0))
    top, left, height, width = framings._boxes(stored(64, 50), framing, Draws(rng()))
    assert (height == 64).sum() > 25
    assert (width[height == 64] == 64).all()
    assert (top + left)[height == 64].max() == 0


def test_a_recipe_may_begin_with_a_framing():
    """Other recipes have none."""
    framing = ResizeCrop(name="resize_crop")
    assert framing_of((framing, Crop(name="crop")), 224) is framing
    assert framing_of((Crop(name="crop"),), 224) is None
    assert framing_of((), 224) is None


def test_a_window_larger_than_its_image_is_refused():
    """Before anything is trained, with the two numbers."""
    with pytest.raises(SuiteError, match="resizes to 200 pixels, but the network takes 224"):
        framing_of((ResizeCrop(name="resize_crop", resize=200),), 224)
