"""Augmentations: image by image the same as torchvision's, with a draw of its own for each image."""

from typing import get_args

import pytest
import torch
import torchvision.transforms.v2.functional as reference
from torch import Generator

from bench.data.augment import ARITHMETIC, EXACT, Draws, augment
from bench.data.augment.pixels import unit
from bench.spec import Augment, ColorJitter, Crop, Cutout, Flip, Rotation
from bench.spec.augment import RandomResizedCrop, ResizeCrop

EVERY = [
    Crop(name="crop", padding=4),
    Crop(name="crop", padding=4, mode="zero"),
    Flip(name="hflip"),
    Flip(name="vflip"),
    Rotation(name="rotation"),
    ColorJitter(name="color_jitter"),
    Cutout(name="cutout"),
]
SIDES = [(20, 20), (16, 28)]


def rng(seed=0):
    return Generator().manual_seed(seed)


def draws(seed=0):
    return Draws(rng(seed))


def stored(height=20, width=20, channels=3, count=16):
    """Images as the cache holds them: uint8 (N, H, W, C), seen as (N, C, H, W)."""
    shape = (count, height, width, channels)
    return torch.randint(256, shape, generator=rng(1), dtype=torch.uint8).permute(0, 3, 1, 2)


def name_of(spec):
    return spec.name + ("-zero" if getattr(spec, "mode", "") == "zero" else "")


every = pytest.mark.parametrize("spec", EVERY, ids=name_of)
sides = pytest.mark.parametrize(("height", "width"), SIDES)
modes = pytest.mark.parametrize(("mode", "padding_mode"), [("zero", "constant"), ("reflect", "reflect")])


@every
@pytest.mark.parametrize("channels", [1, 3])
def test_images_keep_their_shape_and_range(spec, channels):
    """(N, C, H, W) comes back as such, in [0, 1]."""
    images = stored(channels=channels)
    result = unit(augment(images, (spec,), draws()))
    assert result.shape == images.shape
    assert result.min() >= 0
    assert result.max() <= 1


@every
def test_the_same_seed_gives_the_same_images(spec):
    """An epoch can be repeated after an interruption."""
    images = stored()
    assert torch.equal(augment(images, (spec,), draws(3)), augment(images, (spec,), draws(3)))


@every
def test_each_image_has_a_draw_of_its_own(spec):
    """Copies of one image come out different."""
    copies = stored()[:1].repeat(64, 1, 1, 1)
    assert len(unit(augment(copies, (spec,), draws())).unique(dim=0)) > 1


@every
def test_the_images_given_are_left_alone(spec):
    """They may be the cache itself."""
    images, floats = stored(), unit(stored())
    before = images.clone(), floats.clone()
    augment(images, (spec,), draws())
    augment(floats, (spec,), draws())
    assert torch.equal(images, before[0])
    assert torch.equal(floats, before[1])


@pytest.mark.parametrize("spec", [spec for spec in EVERY if spec.name in EXACT], ids=name_of)
def test_moving_bytes_equals_moving_floats(spec):
    """Pixels are moved before they are converted where that is possible, and it changes no bit."""
    images = stored(16, 28)
    moved = augment(images, (spec,), draws(2))
    assert moved.dtype == torch.uint8
    assert torch.equal(unit(moved), augment(unit(images), (spec,), draws(2)))


def test_the_order_of_a_recipe_is_kept():
    """Bytes, floats and both layouts of memory give what one augmentation after the other gives."""
    recipe = (EVERY[2], EVERY[4], EVERY[0], EVERY[5], EVERY[3], EVERY[6])
    images, shared = stored(), draws(8)
    expected, one_by_one = unit(images).contiguous(), draws(8)
    for spec in recipe:
        expected = augment(expected, (spec,), one_by_one).contiguous()
    torch.testing.assert_close(augment(images, recipe, shared), expected, atol=1e-6, rtol=0)


@sides
@modes
def test_crops_are_windows_of_the_padded_image(height, width, mode, padding_mode):
    """Each crop is found at exactly its offset in torchvision's padded image."""
    images = stored(height, width)
    cropped = augment(images, (Crop(name="crop", padding=3, mode=mode),), draws(5))
    top, left = torch.randint(7, (2, len(images)), generator=rng(5))
    for image, crop, y, x in zip(images, cropped, top.tolist(), left.tolist(), strict=True):
        padded = reference.pad(image.float(), [3], padding_mode=padding_mode)
        assert torch.equal(crop.float(), reference.crop(padded, y, x, height, width))


def test_a_padding_that_cannot_be_reflected_is_refused():
    """An image mirrored at its border is shorter than its side."""
    with pytest.raises(ValueError, match="padding of 8 cannot be reflected from images of 8"):
        augment(stored(8, 8), (Crop(name="crop", padding=8),), draws())


@sides
@pytest.mark.parametrize(
    ("name", "mirror"), [("hflip", reference.horizontal_flip), ("vflip", reference.vertical_flip)]
)
def test_flips_mirror_the_drawn_images(height, width, name, mirror):
    """Each image is either itself or torchvision's mirror image, as the draw says."""
    images = stored(height, width)
    flipped = augment(images, (Flip(name=name),), draws(9))
    chosen = torch.rand(len(images), generator=rng(9)) < 0.5
    assert 0 < chosen.sum() < len(images)
    for image, result, mirrored in zip(images, flipped, chosen, strict=True):
        assert torch.equal(result, mirror(image) if mirrored else image)


@sides
def test_rotations_equal_torchvisions(height, width):
    """Same angle, bilinear, black corners, whatever the sides are."""
    images = unit(stored(height, width))
    rotated = augment(images, (Rotation(name="rotation", degrees=30),), draws(4))
    angles = (2 * torch.rand(len(images), generator=rng(4)) - 1) * 30
    for image, result, angle in zip(images, rotated, angles.tolist(), strict=True):
        expected = reference.rotate(image, angle, interpolation=reference.InterpolationMode.BILINEAR)
        torch.testing.assert_close(result, expected, atol=2e-5, rtol=0)


@pytest.mark.parametrize("widths", [(0.4, 0.3, 0.5), (0.4, 0, 0), (0, 1, 0), (0, 0, 1)])
def test_colour_jitter_equals_torchvisions(widths):
    """Brightness, contrast and saturation, in this order, with the drawn factors."""
    images = unit(stored())
    names = ("brightness", "contrast", "saturation")
    spec = ColorJitter(name="color_jitter", **dict(zip(names, map(float, widths), strict=True)))
    jittered = augment(images, (spec,), draws(6))
    uniform = torch.rand(3, len(images), 1, 1, 1, generator=rng(6)).view(3, -1) * 2 - 1
    for index, (image, result) in enumerate(zip(images, jittered, strict=True)):
        factors = (1 + uniform[row, index].item() * width for row, width in enumerate(widths))
        adjust = (reference.adjust_brightness, reference.adjust_contrast, reference.adjust_saturation)
        expected = image
        for adjusted, factor in zip(adjust, factors, strict=True):
            expected = adjusted(expected, factor)
        torch.testing.assert_close(result, expected, atol=2e-5, rtol=0)


def test_colour_jitter_of_grey_images_leaves_their_grey():
    """Saturation about its own grey is no change."""
    images = unit(stored(channels=1))
    spec = ColorJitter(name="color_jitter", brightness=0.0, contrast=0.0, saturation=1.0)
    torch.testing.assert_close(augment(images, (spec,), draws()), images, atol=1e-6, rtol=0)


@sides
@pytest.mark.parametrize("size", [5, 8])
def test_cutout_erases_torchvisions_square(height, width, size):
    """The part of the square around the drawn centre that lies within the image."""
    images = stored(height, width).clamp_min(1)
    cut = augment(images, (Cutout(name="cutout", size=size),), draws(7))
    uniform = torch.rand(2, len(images), 1, generator=rng(7))[..., 0]
    for image, result, y, x in zip(images, cut, *uniform.tolist(), strict=True):
        top, left = int(y * height) - size // 2, int(x * width) - size // 2
        bottom, right = top + size, left + size
        top, left = max(top, 0), max(left, 0)
        expected = reference.erase(image, top, left, bottom - top, right - left, torch.zeros(1, 1, 1))
        assert torch.equal(result, expected.to(torch.uint8))


def test_alternating_flips_show_both_sides_in_turn():
    """The first epoch is drawn; after it, each image is the mirror image of the epoch before."""
    images, lasting = stored(), torch.rand(2, 16, generator=rng(3))
    alternating = (Flip(name="hflip", alternating=True),)
    epochs = [augment(images, alternating, Draws(rng(epoch), epoch, lasting)) for epoch in (1, 2, 3)]
    assert torch.equal(epochs[1], epochs[0].flip(3))
    assert torch.equal(epochs[2], epochs[0])
    for image, result, draw in zip(images, epochs[0], lasting[0], strict=True):
        assert torch.equal(result, image.flip(2) if draw < 0.5 else image)


def test_horizontal_and_vertical_flips_alternate_independently():
    """Otherwise half of the four orientations would never be seen."""
    lasting = torch.rand(2, 64, generator=rng(3))
    both = tuple(Flip(name=name, alternating=True) for name in ("hflip", "vflip"))
    one = stored(count=1).repeat(64, 1, 1, 1)
    assert len(augment(one, both, Draws(rng(), 1, lasting)).unique(dim=0)) == 4


def test_every_augmentation_of_the_specification_is_there():
    """A name that a suite may use has a function, or is a framing."""
    kinds = get_args(get_args(Augment)[0])
    names = {name for kind in kinds for name in get_args(kind.model_fields["name"].annotation)}
    framings = {
        name
        for kind in (ResizeCrop, RandomResizedCrop)
        for name in get_args(kind.model_fields["name"].annotation)
    }
    assert {*EXACT, *ARITHMETIC} == names - framings
    assert {spec.name for spec in EVERY} == {*EXACT, *ARITHMETIC}
