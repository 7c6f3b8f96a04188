"""Augmentations: image by image the same as torchvision's, with a draw of its own for each image."""

import pytest
import torch
import torchvision.transforms.v2.functional as reference
from torch import Generator

from bench.data import augment as augmentations
from bench.data.augment import augment
from bench.spec import ColorJitter, Crop, Cutout, Flip, Rotation

EVERY = [
    Crop(name="crop", padding=4),
    Flip(name="hflip"),
    Flip(name="vflip"),
    Rotation(name="rotation"),
    ColorJitter(name="color_jitter"),
    Cutout(name="cutout"),
]


@pytest.fixture
def images():
    return torch.rand(16, 3, 20, 20, generator=Generator().manual_seed(1))


def generator(seed=0):
    return Generator().manual_seed(seed)


@pytest.mark.parametrize("spec", EVERY, ids=lambda spec: spec.name)
def test_images_keep_their_shape_and_range(images, spec):
    """(N, C, H, W) in [0, 1] comes back as such."""
    result = augment(images, (spec,), generator())
    assert result.shape == images.shape
    assert result.min() >= 0
    assert result.max() <= 1


@pytest.mark.parametrize("spec", EVERY, ids=lambda spec: spec.name)
def test_the_same_seed_gives_the_same_images(images, spec):
    """An epoch can be repeated after an interruption."""
    assert torch.equal(augment(images, (spec,), generator(3)), augment(images, (spec,), generator(3)))


@pytest.mark.parametrize("spec", EVERY, ids=lambda spec: spec.name)
def test_each_image_has_a_draw_of_its_own(spec):
    """Copies of one image come out different."""
    copies = torch.rand(1, 3, 20, 20, generator=generator(2)).expand(64, -1, -1, -1).contiguous()
    assert len(augment(copies, (spec,), generator()).unique(dim=0)) > 1


def test_crops_are_windows_of_the_padded_image(images):
    """Each crop is found at exactly its offset in torchvision's padded image."""
    spec = Crop(name="crop", padding=3, mode="zero")
    cropped = augment(images, (spec,), generator(5))
    top, left = torch.randint(7, (2, len(images)), generator=generator(5))
    for image, crop, y, x in zip(images, cropped, top.tolist(), left.tolist(), strict=True):
        expected = reference.crop(reference.pad(image, [3]), y, x, 20, 20)
        assert torch.equal(crop, expected)


def test_reflecting_crops_have_no_black_border():
    """With mode "reflect" the padding mirrors the image."""
    white = torch.ones(8, 1, 10, 10)
    assert augment(white, (Crop(name="crop", padding=4),), generator()).min() == 1


def test_flips_mirror_the_drawn_images(images):
    """Each image is either itself or torchvision's mirror image, as the draw says."""
    for name, mirror in (("hflip", reference.horizontal_flip), ("vflip", reference.vertical_flip)):
        flipped = augment(images, (Flip(name=name),), generator(9))
        chosen = torch.rand(len(images), generator=generator(9)) < 0.5
        assert chosen.any()
        assert not chosen.all()
        for image, result, mirrored in zip(images, flipped, chosen, strict=True):
            assert torch.equal(result, mirror(image) if mirrored else image)


def test_rotations_equal_torchvisions(images):
    """Same angle, bilinear, black corners."""
    rotated = augment(images, (Rotation(name="rotation", degrees=30),), generator(4))
    angles = (2 * torch.rand(len(images), generator=generator(4)) - 1) * 30
    for image, result, angle in zip(images, rotated, angles.tolist(), strict=True):
        expected = reference.rotate(image, angle, interpolation=reference.InterpolationMode.BILINEAR)
        torch.testing.assert_close(result, expected, atol=2e-5, rtol=0)


def test_colour_jitter_equals_torchvisions(images):
    """Brightness, contrast and saturation, in this order, with the drawn factors."""
    spec = ColorJitter(name="color_jitter", brightness=0.4, contrast=0.3, saturation=0.5)
    jittered = augment(images, (spec,), generator(6))
    draws = torch.rand(3, len(images), 1, 1, 1, generator=generator(6)).view(3, -1) * 2 - 1
    for index, (image, result) in enumerate(zip(images, jittered, strict=True)):
        brightness, contrast, saturation = (
            1 + draws[row, index].item() * width for row, width in enumerate((0.4, 0.3, 0.5))
        )
        expected = reference.adjust_brightness(image, brightness)
        expected = reference.adjust_contrast(expected, contrast)
        expected = reference.adjust_saturation(expected, saturation)
        torch.testing.assert_close(result, expected, atol=2e-5, rtol=0)


def test_cutout_blackens_a_square_around_its_centre():
    """A hole away from the border has exactly size x size pixels."""
    white = torch.ones(200, 1, 32, 32)
    holes = (augment(white, (Cutout(name="cutout", size=8),), generator()) == 0).sum((1, 2, 3))
    assert holes.max() == 64
    assert holes.min() >= 16  # at a corner a quarter remains


def test_every_augmentation_of_the_specification_is_there():
    """A name that a suite may use has a function."""
    assert set(augmentations._functions) == {spec.name for spec in EVERY}
