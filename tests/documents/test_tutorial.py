"""The tutorial, typed to its end by somebody in an empty folder: each command prints what the page shows."""

import json

import pytest
from documents import DOCS, Reader, as_typed


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Somebody who came to the end; a command that prints something else stops him, and every test here."""
    folder = tmp_path_factory.mktemp("newcomer")
    with pytest.MonkeyPatch.context() as patch:
        as_typed(patch, folder)
        reader = Reader(folder)
        reader.follow(DOCS / "tutorial.md")
    return reader


def test_he_has_come_through_every_step(reader):
    """Install aside: a suite, a run, its report, a change that is caught, accepted, and compared."""
    verbs = [command.split()[1] for command in reader.typed if command.startswith("bench ")]
    assert set(verbs) >= {"init", "inspect", "lock", "check", "run", "report", "verify", "compare"}


def test_he_has_two_runs_of_the_same_suite(reader):
    """Six trials each, with networks of different size, since the code changed in between."""
    sizes = []
    for place in ("runs", "wider"):
        records = [
            json.loads(file.read_bytes()) for file in reader.folder.glob(f"{place}/*/*/trials/*/record.json")
        ]
        assert len(records) == 6
        sizes.append({record["static"]["params"] for record in records})
    assert sizes == [{1_310, 65_642}, {10_410, 65_642}]


def test_the_report_holds_the_answer(reader):
    """The sentence that the page explains stands in the file that opens in a browser, too."""
    (page,) = reader.folder.glob("runs/*/*/report.html")
    assert "has the highest mean test accuracy" in page.read_text(encoding="utf-8")
