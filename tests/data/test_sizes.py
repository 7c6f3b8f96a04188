"""How large a dataset is, before anything of it is decoded."""

import pytest

from bench.data import download
from bench.data.sizes import sizes
from bench.errors import DataError
from bench.spec import Dataset


@pytest.fixture(autouse=True)
def _nothing_here(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    monkeypatch.setattr(download, "fetch", lambda *_: pytest.fail("a download"))


def test_embedded_data_are_counted():
    """1,797 scans, of which a fifth are the test set."""
    found = sizes(Dataset(name="digits"), None)
    assert (found.train + found.test, found.stored_bytes) == (1797, 1797 * 64)
    assert found.here
    assert not found.decoded


def test_a_limit_holds_for_both_sets_but_not_for_the_cache():
    found = sizes(Dataset(name="digits", limit=100), None)
    assert (found.train, found.test, found.stored_bytes) == (100, 100, 1797 * 64)


def test_what_is_not_here_has_the_size_it_was_published_with():
    found = sizes(Dataset(name="cifar10"), None)
    assert (found.train, found.test, found.stored_shape, found.here) == (50_000, 10_000, (32, 32, 3), False)


def test_of_folders_that_are_not_here_nothing_is_known():
    with pytest.raises(DataError, match="no folder"):
        sizes(Dataset(name="folder", path="mine"), None)
