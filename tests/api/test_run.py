"""A run as a program or a notebook sees it."""

import pandas as pd
import pytest
from factories import document, write_run

import bench
from bench.errors import StoreError, SuiteError

HOSTILE = "</b><script>alert(1)</script>"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("runs"), text='title = "x"\n')


@pytest.fixture(scope="module")
def run(stored):
    return bench.open_run(stored.folder)


def test_a_folder_of_runs_stands_for_its_newest(stored, run):
    """As for `bench report`."""
    assert bench.open_run(stored.folder.parents[1]).path == run.path


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(StoreError, match="holds no run"):
        bench.open_run(tmp_path)


def test_records_have_a_row_a_trial(run):
    """And the summary one an architecture."""
    assert len(run.records) == 9
    assert set(run.records["status"]) == {"done"}
    assert list(run.summary["label"]) == ["CNN", "ResNet", "ResNet, MLP head"]
    assert isinstance(run.tables.epochs, pd.DataFrame)
    assert run.done
    assert repr(run).endswith(": 9 of 9 trials done>")


def test_the_report_is_written_beside_the_records(run):
    assert run.report() == run.path / "report.html"
    assert {path.name for path in run.export("csv")} >= {"trials.csv", "columns.csv"}
    with pytest.raises(SuiteError, match="no such format"):
        run.export("docx")


def test_figures_are_those_of_the_report_by_name(run):
    """The beginning of a name is enough."""
    assert "cost-macs" in run.figures
    figure = run.figure("cost")
    assert figure.to_dict() == run.figure("cost-params").to_dict()
    assert {trace.name for trace in figure.data} >= {"CNN", "ResNet"}


@pytest.mark.parametrize("name", ["cots-macs", "", "x"])
def test_an_unknown_figure_is_refused_with_the_names_there_are(run, name):
    with pytest.raises(SuiteError, match="cost-macs"):
        run.figure(name)


def test_two_runs_are_compared_as_on_the_command_line(run, tmp_path):
    """The first is the baseline; the same thresholds decide."""
    shorter = write_run(tmp_path, document(recipe={"epochs": 11, "seeds": [0, 1, 2]}))
    compared = run.compare(bench.open_run(shorter.folder))
    table = compared.table.set_index(["architecture", "metric"])
    assert table.loc[("CNN", "params"), "verdict"] == "unchanged"
    assert table.loc[("CNN", "test_accuracy"), "verdict"] == "not comparable"
    assert compared.violations("params:0") == ()
    assert compared.violations("test_accuracy:-0.5pt")
    assert "<iframe" in compared._repr_html_()
    assert str(compared).startswith("# ")


def test_a_notebook_shows_paragraph_and_ranking_without_the_frame(run):
    """As plain HTML, for hosts that strip frames."""
    plain = run._repr_html_().partition("<iframe")[0]
    assert "has the highest mean test accuracy" in plain
    assert plain.count("<tr>") == 1 + 3
    assert "http" not in plain


def test_labels_are_text_in_a_notebook(tmp_path):
    """Whatever somebody calls a network."""
    entries = [
        {"label": HOSTILE, "name": "plain_cnn"},
        {"label": "B", "name": "plain_cnn", "args": {"width": 8}},
    ]
    shown = bench.open_run(
        write_run(tmp_path, document(architectures=entries, claims=[])).folder
    )._repr_html_()
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_a_run_without_results_says_so(tmp_path):
    """Neither a figure nor a traceback."""
    run = bench.open_run(write_run(tmp_path, change=lambda _: None).folder)
    assert not run.done
    assert "No trial has finished" in run._repr_html_()
    assert "<iframe" not in run._repr_html_()
    assert run.figures == () or "cost-params" not in run.figures
