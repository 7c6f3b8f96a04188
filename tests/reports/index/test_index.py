"""One page over many runs."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from urllib.parse import unquote

import pytest
from factories import document
from histories import SMALL, on, write_revision

from bench.analysis.history import collect
from bench.commands.report import report
from bench.store import RUN_FILE
from reports.index.figure import history
from reports.index.page import render_index
from reports.palette import looks

HOSTILE = '<script>alert(1)</script> & "quoted"'


def text_of(page):
    """What a reader sees, markup left out."""
    bare = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Four runs, one on another machine, one with a failure and strange names; and a broken one."""

    def failed(record):
        if record.trial.seed != 1:
            return record
        return record.model_copy(update={"status": "failed", "reason": "out of memory", "training": None})

    folder = tmp_path_factory.mktemp("runs")
    for day in (1, 3):
        run = write_revision(folder, day)
        (run.folder / "report.html").write_text("a report")
    write_revision(folder, 2, on("Another CPU"))
    entries = [{"label": HOSTILE, "name": "plain_cnn"}]
    strange = write_revision(
        folder / "a b#c%", 4, failed, suite={**SMALL, "architectures": entries, "title": HOSTILE}
    )
    (strange.folder / "report.html").write_text("a report")
    (write_revision(folder, 5).folder / RUN_FILE).write_text("{")
    return folder


@pytest.fixture(scope="module")
def page(root):
    """The page, as the command writes it."""
    assert report(root, format="index") == 0
    return (root / "index.html").read_text()


def test_it_lists_suites_and_runs(page):
    """When, at which revision, on what, how many trials, the main figures."""
    shown = text_of(page)
    assert "4 runs" in shown
    for piece in ("2026-01-03 03:14", "03abcdef0123", "Another CPU", "6 of 6", "1 of 2, 1 failed", "81.6"):
        assert piece in shown, piece


def test_it_links_to_reports_relatively(page, root):
    """Only to those that exist, with any name of a folder; nothing else is loaded or linked to."""
    ours = re.sub(r'<script type="application/gzip".*?</script>', "", page, flags=re.DOTALL)
    targets = set(re.findall(r'(?:src|href)="(?!#|data:)([^"]+)"', ours))
    assert len(targets) == 3
    for target in targets:
        assert target.startswith("./")
        assert (root / unquote(target)).read_text() == "a report"


def test_broken_runs_are_listed_with_their_reason(page, root):
    """By their folder below the index, and without paths of the machine."""
    assert 'id="broken"' in page
    assert re.search(r"day-05/example/\w+ .*damaged", " ".join(text_of(page).split()))
    assert str(root) not in page


def test_runs_that_cannot_be_compared_say_so(page):
    """In the table, and with what differs below the figure."""
    shown = " ".join(text_of(page).split())
    assert "other device name" in shown
    assert "device name: Another CPU \u2192 Example CPU with AMX" in shown
    assert "1 run stands apart" in shown


def test_every_architecture_has_its_marker(page):
    """Drawn once in the page, and used wherever its name stands in a table."""
    used = set(re.findall(r'href="#(mark-\d+)"', page))
    assert used
    assert used <= set(re.findall(r'id="(mark-\d+)"', page))


def test_hostile_text_stays_text(page):
    """A label or a title is never markup."""
    assert "<script>alert" not in page
    assert HOSTILE in text_of(page)


def test_the_same_runs_make_the_same_page(page, root):
    """Neither a clock nor the index itself moves it."""
    report(root, format="index")
    assert (root / "index.html").read_text() == page


def test_a_folder_of_broken_runs_alone_is_still_a_page(tmp_path):
    """Nothing can be read, and that is what it says."""
    (write_revision(tmp_path, 1).folder / RUN_FILE).write_text("{")
    report(tmp_path, format="index")
    assert "No run can be read" in text_of((tmp_path / "index.html").read_text())


def test_lines_of_the_figure(root):
    """One an architecture and set of conditions; dotted and hollow where it must not be compared."""
    from bench.analysis.history import points, strands

    runs = tuple(run for run in collect(root).runs if "a b" not in run.place)
    found = {key: strands(of) for key, of in points(runs).items()}
    spec = history(runs, found, looks(("CNN", "ResNet", "ResNet, MLP head")))
    accuracy = [one for one in spec["traces"] if one["when"] == {"metric": "0", "against": "order"}]
    lines = {(one["name"], one["line"]["dash"]): spec["columns"][one["x"][1:]] for one in accuracy}
    assert lines["CNN", "solid"] == [0, 2]
    assert lines["CNN", "dot"] == [1]
    assert [one["showlegend"] for one in accuracy if one["name"] == "CNN"] == [True, False]
    assert spec["layout"]["xaxis"]["ticktext"] == ["01abcdef", "02abcdef", "03abcdef"]
    dates = [one["x"] for one in spec["traces"] if one["when"] == {"metric": "0", "against": "date"}]
    assert dates[0][0].startswith("2026-01-01")


def test_suites_with_networks_in_common_are_one_contest(tmp_path):
    """A profile over the targets of both, and scores; with one suite there is none."""
    suite = {**SMALL, "measure": {"convergence": {"targets": [0.1]}}}
    write_revision(tmp_path, 1, suite=suite)
    assert 'id="across"' not in render_index(collect(tmp_path))
    write_revision(tmp_path, 2, suite=suite, name="second")
    page = render_index(collect(tmp_path))
    assert 'id="figure-across"' in page
    shown = " ".join(text_of(page).split())
    assert "Every target of the newest run of second and example is a problem" in shown
    assert "2 of 2" in shown


def test_an_empty_collection_of_results(tmp_path):
    """A run that has only been planned is listed, without figures."""
    run = write_revision(tmp_path, 1, suite=document(recipe={"epochs": 1}))
    for trial in run.info.plan:
        run.remove(trial)
    assert "0 of 9 trials finished" in text_of(render_index(collect(tmp_path)))


def test_without_a_format_the_newest_run_is_rendered(tmp_path, capsys):
    """An index in the folder changes nothing about that."""
    run = write_revision(tmp_path, 1)
    report(run.folder.parent, format="index")
    report(run.folder.parent)
    assert capsys.readouterr().out.split()[1] == str(run.folder / "report.html")


@pytest.mark.browser
def test_it_is_drawn_without_a_network(page, root, opened):
    """From a file, with nothing to complain about; switching the metric draws another line."""
    with opened(root / "index.html") as shown:
        first = shown.locator("figure.plot").first
        before = first.locator(".ytitle").text_content()
        first.locator("label", has_text="MACs").click()
        assert first.locator(".ytitle").text_content() != before


def test_it_loads_no_torch():
    """An index is made on a laptop, of runs from anywhere."""
    script = "import sys, reports.index; print('torch' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"
