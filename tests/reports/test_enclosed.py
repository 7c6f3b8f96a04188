"""The archive of records inside a page: complete, reproducible, and unpacked without trust."""

from __future__ import annotations

import io
import lzma
import tarfile

import pytest
from example_runs import decoded, predicted_run
from factories import architectures, document, write_run

import reports
from bench.analysis.tables import load
from bench.commands.example_images import keep_examples
from bench.data import loading
from bench.errors import StoreError
from reports import enclosed
from reports.enclosed import enclose, opened
from reports.verification import verify

SUITE = document(architectures=architectures(1), recipe={"epochs": 2, "seeds": [0]}, claims=[])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One short trial."""
    return write_run(tmp_path_factory.mktemp("runs"), SUITE)


def unpacked(content):
    """Read with nothing but the standard library: content by name."""
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(content))) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def packed(files):
    """An archive of members, each a name, a content and changes to its header."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, content, changes in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            vars_of = dict(changes)
            for key, value in vars_of.items():
                setattr(member, key, value)
            tar.addfile(member, io.BytesIO(content))
    return lzma.compress(archive.getvalue())


def test_it_holds_the_run_to_the_byte(run):
    """Everything in the run directory but what no report reads, and any tool unpacks it."""
    inside = unpacked(enclose(run).content)
    del inside["made_by.json"]
    outside = {
        path.relative_to(run.folder).as_posix(): path for path in run.folder.rglob("*") if path.is_file()
    }
    assert sorted(inside) == sorted(outside)
    assert all(outside[name].read_bytes() == content for name, content in inside.items())


def test_nothing_that_a_report_reads_is_left_outside(tmp_path, monkeypatch):
    """The page made from the archive is the one made in the run directory: with images, and with damage."""
    monkeypatch.setattr(loading, "load_decoded", lambda *_, **__: decoded())
    run = predicted_run(tmp_path, measure={"gradient_flow": True, "profile": True, "loss_landscape": {}})
    keep_examples(run, None)
    page = reports.report(run)
    assert 'id="sheet"' in page
    assert page == reports.render(load(run), enclose(run))
    assert verify(page).differences == ()
    (run.folder / "examples" / "images.png").write_bytes(b"damaged")
    page = reports.report(run)
    assert "examples/images.png: not what was written" in page
    assert str(tmp_path) not in page
    assert verify(page).differences == ()


def test_the_same_files_make_the_same_archive(run, tmp_path):
    """Wherever and whenever they were written."""
    assert enclose(write_run(tmp_path, SUITE)).content == enclose(run).content


def test_what_a_trial_in_progress_has_written_stays_outside(tmp_path):
    """Until it has a record, no report reads its tables."""
    run = write_run(tmp_path, SUITE, lambda _: None)
    run.trial(run.info.plan[0]).write_table("epochs", ["epoch"], [{"epoch": 1}])
    assert sorted(unpacked(enclose(run).content)) == ["made_by.json", "run.json", "suite.toml"]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("../outside", {}),
        ("/tmp/outside", {}),
        ("trials/other/record.json", {}),
        ("report.html", {}),
        ("trials/link", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd", "size": 0}),
        ("trials/folder", {"type": tarfile.DIRTYPE, "size": 0}),
        ("trials/device", {"type": tarfile.CHRTYPE, "size": 0}),
    ],
)
def test_nothing_but_the_files_of_the_run_is_unpacked(run, name, changes):
    """No file elsewhere, no link, no device."""
    files = [(known, content, {}) for known, content in unpacked(enclose(run).content).items()]
    archive = packed([*files, (name, b"" if changes else b"7", changes)])
    with pytest.raises(StoreError, match="damaged"), opened(archive):
        pass


@pytest.mark.parametrize("missing", ["made_by.json", "run.json", "suite.toml"])
def test_an_archive_that_is_no_run_is_refused(run, missing):
    """In words."""
    files = [
        (name, content, {}) for name, content in unpacked(enclose(run).content).items() if name != missing
    ]
    with pytest.raises(StoreError, match="damaged"), opened(packed(files)):
        pass


@pytest.mark.parametrize(
    "spoil", [lambda c: c[:-9], lambda c: c + b"7", lambda _: b"", lambda c: c[:99] + c[100:]]
)
def test_a_damaged_archive_is_refused(run, spoil):
    """Cut short, with something behind it, empty, with a byte less."""
    with pytest.raises(StoreError, match="damaged"), opened(spoil(enclose(run).content)):
        pass


def test_unpacking_stops_at_a_bound(monkeypatch):
    """An archive that would fill the memory is refused before it does."""
    monkeypatch.setattr(enclosed, "LARGEST", 2**16)
    with pytest.raises(StoreError, match="more than"), opened(lzma.compress(bytes(2**24))):
        pass


def test_records_that_are_too_large_stay_outside_and_the_page_says_so(run, monkeypatch):
    """Then nobody can verify it, and `bench verify` says that."""
    monkeypatch.setattr(enclosed, "LARGEST", 2**10)
    page = reports.report(run)
    assert "The records are not inside this page" in page
    with pytest.raises(StoreError, match="no records inside"):
        verify(page)
