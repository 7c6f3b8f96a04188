"""`bench data`: list, where, prepare, verify."""

import pytest

from bench.commands import data
from bench.errors import DataError, SuiteError


@pytest.fixture
def with_cifar10(cifar10, root):
    cifar10.parquet(root / "cifar10")
    return root


def test_list_shows_geometry_and_source(with_cifar10, capsys):
    """What is there, what would be downloaded, and what must be brought; nothing is downloaded."""
    assert data.list_datasets(with_cifar10) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert lines["cifar10"].split()[1:5] == ["3", "32", "10", "parquet,"]
    assert "will be downloaded" in lines["mnist"]
    assert "not found" in lines["imagenet_folder"]
    assert "any" in lines["folder"]


def test_where_tells_the_places(with_cifar10, capsys):
    """Roots in order, then source and cache of each dataset; one that is not there gives exit code 3."""
    assert data.where(["cifar10"], with_cifar10) == 0
    out = capsys.readouterr().out
    assert f"--data-root: {with_cifar10}" in out
    assert "not decoded yet" in out
    assert data.where(["cifar10", "cifar100"], with_cifar10) == 3
    assert "cifar-100-python.tar.gz" in capsys.readouterr().out


def test_prepare_decodes(with_cifar10, capsys):
    """The next run starts at once."""
    assert data.prepare(["cifar10"], with_cifar10) == 0
    assert "30 training and 20 test images, 10 classes" in capsys.readouterr().out
    data.where(["cifar10"], with_cifar10)
    assert "decoded in" in capsys.readouterr().out


def test_prepare_of_a_missing_dataset_raises(root):
    """As a run would."""
    with pytest.raises(DataError, match="imagenet"):
        data.prepare(["imagenet_folder"], root)


def test_verify_finds_damage(with_cifar10, cache_dir, capsys):
    """0 when every byte is as written, 3 otherwise."""
    data.prepare(["cifar10"], with_cifar10)
    assert data.verify() == 0
    assert "intact" in capsys.readouterr().out
    (file,) = (cache_dir / "datasets").glob("cifar10-*/train_images.npy")
    file.write_bytes(file.read_bytes()[:-1] + b"\x01")
    assert data.verify(["mnist"]) == 0
    assert data.verify(["cifar10"]) == 3
    assert "damaged: train_images.npy" in capsys.readouterr().out


def test_unknown_names_are_refused():
    """With a suggestion, as everywhere."""
    with pytest.raises(SuiteError, match="did you mean 'cifar10'"):
        data.verify(["cifra10"])


def test_to_prepare_nothing_is_a_mistake():
    """Not a success in which nothing happened."""
    with pytest.raises(SuiteError, match="name at least one dataset"):
        data.prepare([])
