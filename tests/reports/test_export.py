"""The same tables for other programs."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from factories import document, write_run

from bench.analysis.tables import load
from bench.commands.report import newest, report
from bench.errors import StoreError, SuiteError


@pytest.fixture
def run(tmp_path):
    """A run with a target that nobody reaches, so that infinities have to be written."""
    return write_run(tmp_path, document(measure={"convergence": {"targets": [0.6, 0.99]}}))


def test_csv_holds_exact_values(run, capsys):
    """Every table a file; numbers survive unrounded."""
    assert report(run.folder, format="csv") == 0
    printed = capsys.readouterr().out.split()
    assert str(run.folder / "tables" / "summary.csv") in printed
    read = pd.read_csv(run.folder / "tables" / "trials.csv")
    assert list(read["test_accuracy"]) == list(load(run).trials["test_accuracy"])
    assert str(run.folder / "tables" / "columns.csv") in printed


def test_parquet_holds_the_same(run):
    """Read back, the summary is the summary."""
    report(run.folder, format="parquet")
    read = pd.read_parquet(run.folder / "tables" / "summary.parquet")
    pd.testing.assert_frame_equal(read, load(run).summary, check_dtype=False)


def test_json_is_strict(run):
    """No NaN and no Infinity, which JSON does not know; a censored median is null."""
    report(run.folder, format="json")
    text = (run.folder / "report.json").read_text()
    content = json.loads(text, parse_constant=pytest.fail)
    (row,) = (row for row in content["convergence"] if (row["label"], row["target"]) == ("CNN", 0.99))
    assert row["epochs_median"] is None
    assert row["censored"] == 3
    assert content["summary"][0]["params"] == 81578


def test_markdown_tables_are_well_formed(run):
    """Every line of a table has as many cells as its header; hostile signs are escaped."""
    report(run.folder, format="md")
    text = (run.folder / "report.md").read_text()
    assert text.startswith("# Plain CNN against a residual network")
    assert "| CNN |" in text
    assert r"test\_accuracy" not in text
    for block in text.split("\n\n"):
        if block.startswith("|"):
            assert len({line.replace(r"\|", "").count("|") for line in block.splitlines()}) == 1


def test_markdown_escapes(tmp_path):
    """A label with a pipe and markup stays one cell of plain text."""
    entries = [{"label": "a|b <img> [x](y)\nz", "name": "plain_cnn"}]
    run = write_run(tmp_path, document(architectures=entries, claims=[]))
    report(run.folder, format="md")
    assert r"| a\|b \<img\> \[x\](y) z |" in (run.folder / "report.md").read_text()


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("&lt; $x$ ~~y~~", r"\&lt; \$x\$ \~\~y\~\~"),
        ("a\u202eb\u2067c\u200f", "abc"),
        ("one\n two\u2028three", "one two three"),
    ],
)
def test_markdown_shows_signs_as_they_are(tmp_path, label, shown):
    """Entities, formulas and strokes are text, and no sign turns the direction of what follows."""
    entries = [{"label": label, "name": "plain_cnn"}]
    run = write_run(tmp_path, document(architectures=entries, claims=[], recipe={"epochs": 1, "seeds": [0]}))
    report(run.folder, format="md")
    assert f"| {shown} |" in (run.folder / "report.md").read_text()


def test_html_is_the_default(run, capsys):
    """The page, and its path on standard output."""
    assert report(run.folder) == 0
    assert capsys.readouterr().out.strip() == str(run.folder / "report.html")


def test_a_suite_folder_means_its_newest_run(tmp_path, run):
    """`bench report runs/<suite>` takes the run that was written last; `runs` does as well."""
    newer = write_run(tmp_path, document(recipe={"epochs": 3}))
    assert newest(run.folder) == run.folder
    assert newest(run.folder.parent) == newest(tmp_path) == newer.folder


@pytest.mark.parametrize(("name", "message"), [("nowhere", "no such folder"), ("", "holds no run")])
def test_no_run(tmp_path, name, message):
    """Says what was looked for, and how to find it."""
    with pytest.raises(StoreError, match=message):
        report(tmp_path / name)


def test_no_such_format(run):
    """Names the formats there are."""
    with pytest.raises(SuiteError, match="html, md, json, csv, parquet, latex, svg, png"):
        report(run.folder, format="docx")
