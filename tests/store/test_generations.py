"""Two generations of a file: whenever writing stops, one of them is intact and known to be so."""

import errno
import os

import pytest
from faults import FULL, Faults, KilledError

from bench.errors import WriteError
from bench.store import generations


@pytest.fixture
def path(tmp_path):
    return tmp_path / "trial" / "checkpoint.pt"


def saving(*pieces):
    def save(sink):
        for piece in pieces:
            sink.write(piece)

    return save


def survivor(path):
    """What is read when the process starts again: the newest that its checksum vouches for."""
    for candidate in (path, generations.previous_of(path)):
        if generations.state(candidate, generations.checksums_of(path)) == "intact":
            return candidate.read_bytes()
    return None


def test_the_generation_before_stays_beside_the_newest(path):
    """Both with their checksums; older ones go."""
    for content in (b"1", b"2", b"3"):
        generations.write(path, saving(content))
    assert path.read_bytes() == b"3"
    assert generations.previous_of(path).read_bytes() == b"2"
    assert sorted(file.name for file in path.parent.iterdir()) == [
        "checkpoint.previous.pt", "checkpoint.pt", "checkpoint.pt.sha256",
    ]  # fmt: skip


def test_a_changed_byte_is_noticed(path):
    """And a file without a checksum is told apart from one whose checksum does not hold."""
    checksums = generations.checksums_of(path)
    assert generations.state(path, checksums) == "missing"
    generations.write(path, saving(b"content"))
    assert generations.state(path, checksums) == "intact"
    path.write_bytes(b"cOntent")
    assert generations.state(path, checksums) == "damaged"
    checksums.unlink()
    assert generations.state(path, checksums) == "unknown"


@pytest.mark.parametrize("error", [FULL, "killed"])
def test_wherever_writing_stops_one_generation_is_intact(path, monkeypatch, error):
    """At every call in turn; and the next write then succeeds."""
    faults = Faults(monkeypatch)
    for content in (b"1", b"2", b"3"):
        faults.arm(None, None)
        generations.write(path, saving(content, b"!"))
    calls = faults.disarm()
    for at in range(1, calls + 1):
        faults.arm(at, error)
        with pytest.raises((WriteError, KilledError)):
            generations.write(path, saving(b"4", b"!"))
        faults.disarm()
        assert survivor(path) in (b"3!", b"4!"), at
        generations.write(path, saving(b"3", b"!"))
        assert path.read_bytes() == survivor(path) == b"3!"


def test_what_cannot_be_read_back_does_not_take_the_place(path, monkeypatch):
    """A disk that loses bits is noticed while the generation before is still there."""
    generations.write(path, saving(b"good"))
    monkeypatch.setattr(generations, "sha256_of", lambda _: "0" * 64)
    with pytest.raises(WriteError, match="what was read back is not what was written"):
        generations.write(path, saving(b"lost"))
    assert path.read_bytes() == b"good"
    assert not generations.previous_of(path).exists()


def test_the_first_error_is_the_one_that_is_told(path):
    """Whoever writes may go on, as torch does, and need not understand the error."""

    class Full:
        def write(self, _):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    sink = generations._Hashing(Full())
    assert sink.write(b"abc") == 3
    with pytest.raises(OSError, match="No space left"):
        sink.raise_error()


def test_the_space_of_the_generation_before_can_be_given_back(path):
    """The newest stays intact; without any, nothing happens."""
    generations.write(path, saving(b"1"))
    generations.write(path, saving(b"2"))
    generations.forget_previous(path)
    generations.forget_previous(path)
    assert survivor(path) == b"2"
    assert not generations.previous_of(path).exists()
