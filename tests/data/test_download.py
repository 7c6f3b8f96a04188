"""Downloads through torchvision: from a server of our own."""

import functools
import hashlib
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from torchvision import datasets

from bench.data import load
from bench.errors import DataError
from bench.spec import Dataset

MNIST = Dataset(name="mnist")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args):
        pass


@pytest.fixture
def server(mnist, tmp_path, monkeypatch):
    """Serves a small MNIST, and makes torchvision believe that it is the official one."""
    folder = tmp_path / "served"
    mnist.idx(folder, gzipped=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        sums = [(file.name, hashlib.md5(file.read_bytes()).hexdigest()) for file in sorted(folder.iterdir())]
        monkeypatch.setattr(datasets.MNIST, "mirrors", [f"http://127.0.0.1:{running.server_port}/"])
        monkeypatch.setattr(datasets.MNIST, "resources", sums)
        yield folder
        running.shutdown()


def test_what_is_found_nowhere_is_downloaded(server, mnist, cache_dir):
    """Once, into the user cache, from where the next load reads."""
    mnist.assert_equals(load(MNIST, data_root=None))
    assert len(list((cache_dir / "downloads" / "MNIST" / "raw").iterdir())) == 4
    for file in server.iterdir():
        file.unlink()
    mnist.assert_equals(load(MNIST, data_root=None))


def test_the_next_mirror_is_tried(server, mnist, monkeypatch):
    """A mirror that lacks the file is not the end."""
    good = datasets.MNIST.mirrors[0]
    monkeypatch.setattr(datasets.MNIST, "mirrors", [f"{good}nowhere/", good])
    mnist.assert_equals(load(MNIST, data_root=None))


def test_a_wrong_checksum_is_refused(server, root, cache_dir):
    """One error says which file, and where and how else the data may be put; nothing is kept."""
    (server / "t10k-labels-idx1-ubyte.gz").write_bytes(b"something else")
    with pytest.raises(
        DataError, match=r"t10k-labels-idx1-ubyte\.gz: the file has the wrong checksum"
    ) as caught:
        load(MNIST, data_root=root)
    for text in (
        str(root),
        "--data-root",
        "BENCH_DATA",
        "MNIST/raw/train-images-idx3-ubyte",
        "mnist/train-*.parquet",
    ):
        assert text in str(caught.value)
    assert list((cache_dir / "downloads").iterdir()) == []


def test_a_server_that_is_down_is_one_clear_error(monkeypatch, cache_dir):
    """Port 9 is closed: the connection is refused at once."""
    monkeypatch.setattr(datasets.MNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(DataError, match=r"its download failed: http://127\.0\.0\.1:9/.*refused") as caught:
        load(MNIST, data_root=None)
    assert caught.value.exit_code == 3
    assert list((cache_dir / "downloads").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(server, tmp_path, monkeypatch):
    """With the way out: another folder."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"cannot store the download.*BENCH_CACHE"):
        load(MNIST, data_root=None)


def test_a_dataset_without_download_says_how_to_get_it(root):
    """ImageNet must be brought by the user."""
    with pytest.raises(DataError, match="there is no download of it") as caught:
        load(Dataset(name="imagenet_folder"), data_root=root)
    assert "imagenet/train/<class>/*" in str(caught.value)
