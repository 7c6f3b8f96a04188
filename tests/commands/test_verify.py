"""`bench verify`: what it prints, and its exit codes."""

from __future__ import annotations

import re

import pytest
from factories import architectures, document, write_run

import reports
from bench.commands import verify as command
from bench.commands.verify import verify
from bench.errors import CHECK_FAILED, DONE, ENVIRONMENT, StoreError


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A small report on disk."""
    suite = document(architectures=architectures(2), recipe={"epochs": 2, "seeds": [0, 1]}, claims=[])
    return reports.write_report(write_run(tmp_path_factory.mktemp("runs"), suite))


def test_a_report_as_it_was_written_passes(report, capsys):
    """With the digest of its records."""
    assert verify(report) == DONE
    shown = capsys.readouterr().out
    assert re.search(r"number compared follows from the records inside \(\d+ files, SHA-256 \w{64}\)", shown)


def test_a_changed_report_fails(report, tmp_path, capsys):
    """And the first differences are listed, with what was expected; the rest is counted."""
    changed = tmp_path / "report.html"
    changed.write_text(report.read_text().replace('<td class="number"', '<td class="numb3r"'))
    assert verify(changed) == CHECK_FAILED
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("differences from the records inside")
    assert "numb3r" in lines[1].split("; expected: ")[0]
    assert "number" in lines[1].split("; expected: ")[1]
    assert len(lines) == command.SHOWN + 2


def test_a_change_does_nothing_to_the_terminal(report, tmp_path, capsys):
    """Control characters of a forged page are not printed."""
    changed = tmp_path / "report.html"
    changed.write_text(report.read_text().replace("<h1", "\x1b[2J<h1"))
    assert verify(changed) == CHECK_FAILED
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html></html>", "not a report"),
        (b"\xff\xfe", "not a report"),
        (None, "No such file"),
        (b"", "not a report"),
    ],
)
def test_a_file_that_is_no_report_is_refused(tmp_path, content, words):
    """Exit 3, in words."""
    path = tmp_path / "page.html"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=words) as refused:
        verify(path)
    assert refused.value.exit_code == ENVIRONMENT
    assert str(path) in str(refused.value)


def test_a_report_of_another_program_is_said_to_be_one(report, monkeypatch, capsys):
    """With what was compared, and what was not."""
    other = command.this_program().model_copy(update={"version": "0.0.7\x1b[2J"})
    monkeypatch.setattr(command, "this_program", lambda: other)
    monkeypatch.setattr("reports.verification.verdict.this_program", lambda: other)
    assert verify(report) == DONE
    shown = capsys.readouterr().out
    assert "this is archbench 0.0.7" in shown
    assert "\x1b" not in shown
    assert "scripts and style were not compared" in shown
