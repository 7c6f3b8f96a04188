"""Class folders: sizes, channels, class names, links, and damage."""

import shutil
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from bench.data import load
from bench.data.catalogue import geometry
from bench.errors import DataError, SuiteError
from bench.measurements.device import Device
from bench.measurements.task import Task
from bench.plan import Trial
from bench.spec import Dataset, Execution, Recipe

OWN = Dataset(name="folder", path="own")


@pytest.fixture
def own(cats_and_dogs, root):
    cats_and_dogs.folders(root / "own")
    return root / "own"


def test_class_folders_are_read(own, cats_and_dogs, root):
    """Classes are the folders' names in alphabetical order; the geometry is that of the images."""
    cats_and_dogs.assert_equals(load(OWN, data_root=root))
    assert geometry(OWN, root) == (3, 12, 2)


def test_folders_without_splits_are_divided(own, root):
    """A fixed stratified fifth becomes the test set, and the note says so."""
    arrays = load(Dataset(name="folder", path="own/train"), data_root=root)
    assert np.bincount(arrays.train_labels).tolist() == [8, 8]
    assert np.bincount(arrays.test_labels).tolist() == [2, 2]
    assert "no test set of its own" in arrays.note


def test_one_class_is_refused(own, root):
    """As where the path names a folder too high: whatever a network says of it is right."""
    for split in ("train", "test"):
        shutil.rmtree(own / split / "dog")
    trial = Trial(label="A", architecture="test", dataset=OWN, recipe=Recipe(), execution=Execution())
    with pytest.raises(DataError, match=r"own: one class alone, 'cat', .* right above the class folders"):
        Task.of(trial, Device.chosen(trial.execution), root)


def test_an_absolute_path_needs_no_data_root(own):
    """The suite may say exactly where the data are."""
    assert len(load(Dataset(name="folder", path=str(own)), data_root=None).train_labels) == 20


def test_images_of_several_sizes_need_an_image_size(own, root):
    """There is no guess; with a size they are resized, and cropped at the centre."""
    wide = np.zeros((20, 40, 3), np.uint8)
    wide[:, 10:30] = 200
    Image.fromarray(wide).save(own / "train" / "cat" / "wide.png")
    with pytest.raises(SuiteError, match=r"wide\.png has 40 x 20 pixels.*set image_size"):
        load(OWN, data_root=root)
    arrays = load(OWN.model_copy(update={"image_size": 16}), data_root=root)
    assert arrays.train_images.shape == (21, 16, 16, 3)
    # Names sort "wide" behind the numbers: it is the last cat. Its square middle fills the whole image.
    assert arrays.train_images[10][:, 2:-2].min() == 200


def test_images_may_be_stored_larger_than_the_network_takes_them(own, root):
    """Framings cut their part out of what is stored; the network still sees `image_size`."""
    dataset = OWN.model_copy(update={"image_size": 16, "stored_size": 24})
    assert load(dataset, data_root=root).train_images.shape[1:] == (24, 24, 3)
    assert geometry(dataset, root) == (3, 16, 2)


def test_a_non_square_dataset_needs_an_image_size(sample, root):
    """Even when all images have one size."""
    folder = root / "own" / "a"
    folder.mkdir(parents=True)
    for name in "xy":
        Image.new("RGB", (10, 8)).save(folder / f"{name}.png")
    with pytest.raises(SuiteError, match="square images"):
        geometry(OWN, root)


@pytest.mark.parametrize(
    ("modes", "channels"), [(("L", "L"), 1), (("L", "RGB"), 3), (("P", "RGBA"), 3), (("1", "LA"), 1)]
)
def test_one_colour_image_makes_a_colour_dataset(modes, channels, root):
    """All images get one channel count."""
    for number, mode in enumerate(modes * 5):
        folder = root / "own" / f"class{number % 2}"
        folder.mkdir(parents=True, exist_ok=True)
        Image.new(mode, (8, 8)).save(folder / f"{number}.png")
    assert load(OWN, data_root=root).train_images.shape[-1] == channels
    assert geometry(OWN, root)[0] == channels


def test_catalogue_names_keep_their_labels(sample, root):
    """Folders named after classes or label numbers get the dataset's own labels, not alphabetical ones."""
    numbers = sample(tuple("0123456789"), 28, 1)
    numbers.folders(root / "one" / "fashion_mnist")
    arrays = load(Dataset(name="fashion_mnist"), data_root=root / "one")
    assert arrays.classes[0] == "T-shirt/top"
    np.testing.assert_array_equal(arrays.train_images, numbers.images["train"])
    names = [name.replace("/", "-").lower() for name in arrays.classes]
    numbers.folders(root / "two" / "Fashion-MNIST", names=names)
    named = load(Dataset(name="fashion_mnist"), data_root=root / "two")
    assert sorted(named.train_labels) == sorted(numbers.labels["train"])
    assert named.train_images[named.train_labels == 9].tolist() == numbers.images["train"][-3:].tolist()


def test_a_class_the_dataset_does_not_have_is_named(cifar10, root):
    """A wrong folder is not learned as an eleventh class."""
    cifar10.folders(root / "cifar10")
    (root / "cifar10" / "train" / "zebra").mkdir()
    Image.new("RGB", (32, 32)).save(root / "cifar10" / "train" / "zebra" / "0.png")
    with pytest.raises(DataError, match="'zebra' is no class of CIFAR-10"):
        load(Dataset(name="cifar10"), data_root=root)


def test_imagenet_has_a_thousand_classes(own, root):
    """A part of ImageNet is another dataset."""
    own.rename(root / "imagenet")
    with pytest.raises(DataError, match="2 class folders, but ImageNet-1k has 1000"):
        load(Dataset(name="imagenet_folder"), data_root=root)


def png_header(side):
    """A small file that claims to be a huge image."""
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    chunks = (
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (header, data)
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda file, _: file.write_bytes(b""), "not a readable image"),
        (lambda file, _: file.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n"), "not a readable image"),
        (lambda file, _: file.write_bytes(file.read_bytes()[:200]), "damaged|not a readable image"),
        (lambda file, _: Image.new("I;16", (12, 12)).save(file), "more than 8 bits"),
        (lambda file, _: file.write_bytes(png_header(9_000)), "64,000,000 pixels are refused"),
        (lambda file, _: file.write_bytes(png_header(100_000)), "64,000,000 pixels are refused"),
    ],
)
def test_broken_images_are_named(own, root, damage, message):
    """Empty, foreign, truncated, deep and huge images; the latter are refused before they are decoded."""
    file = own / "train" / "cat" / "00004.png"
    damage(file, root)
    with pytest.raises(DataError, match=rf"00004\.png: .*({message})"):
        load(OWN.model_copy(update={"image_size": 12}), data_root=root)


def test_links_out_of_the_dataset_are_refused(own, root, tmp_path):
    """A dataset from elsewhere must not bring other files of the machine into a report."""
    secret = tmp_path / "secret.png"
    Image.new("RGB", (12, 12)).save(secret)
    (own / "train" / "cat" / "link.png").symlink_to(secret)
    with pytest.raises(DataError, match=r"link\.png: a symbolic link that leaves"):
        load(OWN, data_root=root)


def test_links_to_folders_are_refused(own, root):
    """They may form a circle."""
    (own / "train" / "cat" / "loop").symlink_to(own / "train")
    with pytest.raises(DataError, match="loop: a symbolic link"):
        load(OWN, data_root=root)


def test_the_dataset_itself_may_be_a_link(own, root):
    """Large data often lie on another disk."""
    (root / "elsewhere").symlink_to(own)
    assert len(load(Dataset(name="folder", path="elsewhere"), data_root=root).train_labels) == 20


def test_an_empty_class_is_named(own, root):
    """A class without images is not dropped."""
    (own / "train" / "emu").mkdir()
    with pytest.raises(DataError, match="emu: no images"):
        load(OWN, data_root=root)


def test_a_class_unknown_in_training_is_named(own, root):
    """Nothing can be learned about it."""
    (own / "test" / "cat").rename(own / "test" / "emu")
    with pytest.raises(DataError, match="test/emu"):
        load(OWN, data_root=root)


def test_files_that_are_no_images_do_not_matter(own, cats_and_dogs, root):
    """Notes, thumbnails' databases and hidden files lie in many datasets."""
    (own / "train" / "cat" / "README.txt").write_text("cats")
    (own / "train" / "cat" / "._00001.png").write_bytes(b"")
    (own / "train" / ".git").mkdir()
    cats_and_dogs.assert_equals(load(OWN, data_root=root))


def test_a_missing_path_names_every_place(root, tmp_path, monkeypatch):
    """The error lists what was tried, and how to say it better."""
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "data"))
    with pytest.raises(DataError) as caught:
        load(OWN, data_root=root)
    for text in (str(root / "own"), str(tmp_path / "data" / "own"), "--data-root", "BENCH_DATA"):
        assert text in str(caught.value)


def test_a_folder_dataset_needs_a_path():
    """The suite must say which folder."""
    with pytest.raises(SuiteError, match=r"needs .*path"):
        load(Dataset(name="folder"), data_root=None)
