"""The cache of decoded images: fast, checked, atomic."""

import json
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from faults import FULL, Faults, KilledError

from bench.data import cache, decoding, load
from bench.data.array_file import ArrayFile, is_intact
from bench.errors import BenchWarning, DataError
from bench.spec import Dataset

CIFAR10 = Dataset(name="cifar10")


@pytest.fixture
def loaded(cifar10, root, cache_dir):
    """A dataset that was decoded; the folder of its cache."""
    cifar10.parquet(root / "cifar10")
    load(CIFAR10, data_root=root)
    (folder,) = (cache_dir / "datasets").iterdir()
    return folder


def refuse(*_args, **_kwargs):
    raise AssertionError("decoded again")


def test_the_second_load_decodes_nothing(loaded, cifar10, root, monkeypatch):
    """It maps the arrays into memory."""
    monkeypatch.setattr(decoding, "build", refuse)
    arrays = load(CIFAR10, data_root=root)
    cifar10.assert_equals(arrays)
    assert isinstance(arrays.train_images, np.memmap)
    assert arrays.train_images.flags.c_contiguous


def test_writing_to_the_arrays_leaves_the_cache_alone(loaded, cifar10, root):
    """The map is copy-on-write."""
    load(CIFAR10, data_root=root).train_images[:] = 0
    cifar10.assert_equals(load(CIFAR10, data_root=root))


def test_progress_is_told(cifar10, root):
    """With the stage, the images done and the images expected."""
    cifar10.parquet(root / "cifar10")
    told = []
    load(CIFAR10, data_root=root, progress=lambda *event: told.append(event))
    assert told == [("decode cifar10, train images", 30, 30), ("decode cifar10, test images", 20, 20)]


def flip(file):
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(data)


def set_version(folder):
    """As an earlier program would have written it, without a checksum of these facts."""
    meta = json.loads((folder / "meta.json").read_text())
    del meta["sha256"]
    (folder / "meta.json").write_text(json.dumps({**meta, "version": 0}))


def change_a_fact(folder):
    meta = (folder / "meta.json").read_text()
    (folder / "meta.json").write_text(meta.replace('"jpegs": 0', '"jpegs": 1'))


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: flip(folder / "train_images.npy"), "train_images.npy is not what was written"),
        (lambda folder: flip(folder / "test_labels.npy"), "test_labels.npy is not what was written"),
        (lambda folder: (folder / "test_images.npy").write_bytes(b""), "cannot be read"),
        (lambda folder: (folder / "test_images.npy").unlink(), "test_images.npy is missing"),
        (lambda folder: (folder / "meta.json").write_text("{"), "cannot be read"),
        (lambda folder: (folder / "meta.json").write_text("[]"), "cannot be read"),
        (lambda folder: (folder / "meta.json").unlink(), "meta.json is missing"),
        (set_version, "version 0"),
        (change_a_fact, "meta.json is not what was written"),
    ],
)
def test_a_damaged_cache_is_built_again(loaded, cifar10, root, damage, reason):
    """With a warning that says why, and once only."""
    damage(loaded)
    with pytest.warns(BenchWarning, match=reason):
        cifar10.assert_equals(load(CIFAR10, data_root=root))
    cifar10.assert_equals(load(CIFAR10, data_root=root))
    assert [folder.name for folder in loaded.parent.iterdir()] == [loaded.name]


def test_changed_data_are_decoded_anew(loaded, sample, cifar10, root):
    """The cache hangs on the files' names, sizes and times."""
    other = sample(cifar10.classes, 32, 3, {"train": 1, "test": 1})
    other.parquet(root / "new")
    for file in (root / "new").iterdir():
        file.replace(root / "cifar10" / file.name)
    other.assert_equals(load(CIFAR10, data_root=root))


def test_large_arrays_are_checked_by_sample(loaded, root, monkeypatch):
    """Beyond the limit size and sample are compared at every start, and everything on demand."""
    monkeypatch.setattr(cache, "ALWAYS_HASHED", 0)
    hashed = []
    monkeypatch.setattr(
        cache,
        "is_intact",
        lambda *args, thorough: hashed.append(thorough) or is_intact(*args, thorough=thorough),
    )
    cache.read(loaded)
    cache.read(loaded, thorough=True)
    assert hashed == [False] * 4 + [True] * 4


def test_a_sample_notices_a_lost_end(tmp_path):
    """A file whose last pages never reached the disk is the likely damage."""
    with ArrayFile(tmp_path / "a.npy", np.uint8, (2**20,)) as file:
        for _ in range(3):
            file.append(np.full((30, 2**20), 7, np.uint8))
    sealed = file.seal()
    array = np.load(tmp_path / "a.npy", mmap_mode="c")
    assert is_intact(array, sealed, thorough=False)
    array[-1, -4096:] = 0
    assert not is_intact(array, sealed, thorough=False)


def test_a_cache_folder_that_cannot_be_written_is_named(cifar10, root, tmp_path, monkeypatch):
    """With the way out: another folder."""
    cifar10.parquet(root / "cifar10")
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataError, match=r"cannot write the decoded images.*BENCH_CACHE"):
        load(CIFAR10, data_root=root)


LOAD = """
import sys
from pathlib import Path
from bench.data import load
from bench.errors import DataError
from bench.spec import Dataset
try:
    print(load(Dataset(name="cifar10"), data_root=Path(sys.argv[1])).fingerprint)
except DataError as error:
    sys.exit(str(error))
"""
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))" + LOAD


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX does")
def test_a_full_disk_is_one_clear_error(cifar10, root, cache_dir):
    """A write that fails half-way leaves nothing behind that could be taken for a cache."""
    cifar10.parquet(root / "cifar10")
    done = subprocess.run([sys.executable, "-c", LIMITED, root], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot write the decoded images" in done.stderr
    assert "BENCH_CACHE" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((cache_dir / "datasets").iterdir()) == []


@pytest.mark.parametrize("error", [FULL, "killed"])
def test_wherever_decoding_stops_the_next_one_succeeds(cifar10, root, cache_dir, monkeypatch, error):
    """At each call that changes the disk in turn; what was left is never taken for a cache."""
    cifar10.parquet(root / "cifar10")
    faults = Faults(monkeypatch)
    faults.arm(None, None)
    load(CIFAR10, data_root=root)
    for at in range(1, faults.disarm() + 1):
        shutil.rmtree(cache_dir)
        faults.arm(at, error)
        with suppress(KilledError):
            try:
                load(CIFAR10, data_root=root)
            except DataError as failure:
                assert "cannot write the decoded images" in str(failure)  # noqa: PT017 - not every call matters
        faults.disarm()
        cifar10.assert_equals(load(CIFAR10, data_root=root))


def test_two_processes_may_build_at_once(cifar10, root, cache_dir):
    """Both succeed, and one cache remains."""
    cifar10.parquet(root / "cifar10")
    command = [sys.executable, "-W", "error", "-c", LOAD, root]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    fingerprints = {process.communicate(timeout=120)[0].strip() for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(fingerprints) == 1
    assert len(list((cache_dir / "datasets").iterdir())) == 1


def test_another_process_may_finish_at_any_moment(cifar10, root, cache_dir, monkeypatch):
    """What it was building vanishes between two looks, and a damaged cache is moved by whoever is first."""
    cifar10.parquet(root / "cifar10")
    theirs = cache_dir / "datasets" / ".building-theirs"
    theirs.mkdir(parents=True)
    glob, rename = Path.glob, Path.rename

    def then_gone(folder, pattern):
        for path in list(glob(folder, pattern)):
            if path == theirs:
                theirs.rmdir()
            yield path

    def second(path, target):
        if target.name.endswith("-damaged"):
            shutil.rmtree(path)
        return rename(path, target)

    monkeypatch.setattr(Path, "glob", then_gone)
    monkeypatch.setattr(Path, "rename", second)
    cifar10.assert_equals(load(CIFAR10, data_root=root))
    (folder,) = (cache_dir / "datasets").iterdir()
    (folder / "meta.json").unlink()
    with pytest.warns(BenchWarning, match="meta.json is missing"):
        cifar10.assert_equals(load(CIFAR10, data_root=root))


def test_the_second_builder_keeps_what_the_first_wrote(loaded, cifar10, root, monkeypatch):
    """Replacing it could pull the folder away from under a reader."""
    before = (loaded / "meta.json").stat().st_ino
    read, calls = cache.read, []

    def not_there_at_first(folder, **options):
        calls.append(folder)
        if len(calls) == 1:
            raise FileNotFoundError(folder)
        return read(folder, **options)

    monkeypatch.setattr(cache, "read", not_there_at_first)
    cifar10.assert_equals(load(CIFAR10, data_root=root))
    assert (loaded / "meta.json").stat().st_ino == before


def test_importing_the_package_is_light():
    """Neither torch nor the readers' libraries are loaded before they are needed."""
    heavy = "print([m for m in ('torch', 'torchvision', 'sklearn', 'pyarrow', 'pandas') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", f"import bench.data, bench.data.catalogue, sys; {heavy}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
