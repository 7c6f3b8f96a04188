"""What the page contains, before any browser."""

from __future__ import annotations

import base64
import gzip
import json
import re
import subprocess
import sys

import pytest
from factories import architectures, document, write_run

import reports
from bench.analysis.tables import load
from reports.page import packed


@pytest.fixture(scope="module")
def page(report):
    """The text of the example report."""
    return report.read_text()


def test_it_asks_nothing_of_a_network(page):
    """No address is loaded, and the policy forbids that any could be."""
    ours = re.sub(r'<script type="application/gzip".*?</script>', "", page, flags=re.DOTALL)
    assert not re.findall(r'(?:src|href)="(?!#|data:)', ours)
    assert "@import" not in ours
    assert "default-src 'none'" in ours
    assert "unsafe-eval" not in ours
    assert "connect-src" not in ours
    assert not re.findall(r"fetch\(|setInterval|EventSource|XMLHttpRequest|location.reload", ours)


def test_plotly_is_embedded_once_and_the_page_is_small(page):
    """Compressed, the whole page stays far below what plotly alone weighs in plain text."""
    assert page.count('id="plotly"') == 1
    assert len(page.encode()) < 3_000_000


def test_the_report_lies_beside_the_records(run, report):
    """`write_report` returns the path, and writing again replaces it in one step."""
    assert report == run.folder / "report.html"
    assert reports.write_report(run) == report
    assert [path.name for path in run.folder.glob(".report*")] == []


def test_the_same_records_make_the_same_page(run, report):
    """Rendering is a function of the records: no clock, no random number."""
    assert reports.report(run) == report.read_text()


@pytest.mark.parametrize("text", ["</script>", "<!--", "]]>", "&amp;", "\u2028"])
def test_a_figure_cannot_leave_its_element(text):
    """Nothing that HTML or JavaScript could read stands in it, and unpacked it still says the same."""
    element = packed({"label": text})
    assert re.fullmatch(r"[A-Za-z0-9+/]+=*", element)
    assert json.loads(gzip.decompress(base64.b64decode(element))) == {"label": text}


def test_a_run_without_results_has_a_page(tmp_path):
    """Before the first trial has finished there is a page that says so."""
    text = reports.render(load(write_run(tmp_path, change=lambda _: None)))
    assert "No trial has finished" in text
    assert "figure-cost" not in text


def test_validation_on_the_test_set_is_said_with_the_number(tmp_path):
    """In the warning, at the column of the number, at the curve and in the data section."""

    def change(record):
        data = record.data.model_copy(update={"validated_on_test": True})
        return record.model_copy(update={"data": data})

    text = reports.render(load(write_run(tmp_path, change=change)))
    assert text.lower().count("test set used for validation") >= 4


def test_the_terminal_gets_the_ranking(run):
    """Headers and rows of plain text, best first."""
    headers, rows = reports.summary_table(load(run))
    assert headers[:2] == ("Architecture", "Test accuracy last epoch")
    assert len({len(row) for row in rows} | {len(headers)}) == 1
    assert rows[0][0] == "CNN"


def test_many_architectures(tmp_path):
    """Thirty architectures and one seed: every row is there, and no interval is invented."""
    suite = document(architectures=architectures(30), claims=[], recipe={"epochs": 2, "seeds": [0]})
    tables = load(write_run(tmp_path, suite))
    _, rows = reports.summary_table(tables)
    assert len(rows) == 30
    assert not any("\u00b1" in cell for row in rows for cell in row)
    assert "one seed, so no interval" in reports.render(tables)


def test_reports_never_import_torch():
    """A report can be rendered and verified, and runs compared, where torch is not installed."""
    verbs = "bench.commands.report, bench.commands.compare, bench.commands.verify"
    code = f"import sys, reports, {verbs}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
