"""Tables for a paper, read back by a small parser."""

from __future__ import annotations

import re

import pytest
from factories import architectures, document, write_run

from bench.analysis.tables import load
from bench.commands.report import report

HOSTILE = "a & b_c \\\\ \\end{tabular} 100 % $x$ # {"


def cells(text):
    """The rows of a table below its heading, each a list of cells, after checking that it is well formed."""
    (columns,) = re.findall(r"\\begin\{tabular\}\{@\{\}(.+)@\{\}\}", text)
    width = len(re.sub(r"p\{.+?\}\}?", "p", columns))
    body = text.split(r"\toprule")[1].split(r"\bottomrule")[0]
    lines = [line.strip() for line in body.splitlines() if line.strip().endswith(r"\\")]
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)&", line[:-2])] for line in lines]
    assert {len(row) for row in rows} == {width}
    bare = text.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    assert re.findall(r"\\(begin|end)\{(\w+)\}", text) == [
        ("begin", "table"), ("begin", "tabular"), ("end", "tabular"), ("end", "table"),
    ]  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The tables of a run in which one label is hostile and the first network is surely the best."""

    def change(record):
        lift = 0.1 if record.trial.label == "CNN" else 0.0
        last = record.training.last
        last = last.model_copy(update={"test_accuracy": last.test_accuracy + lift})
        return record.model_copy(update={"training": record.training.model_copy(update={"last": last})})

    entries = [
        {"label": "CNN", "name": "plain_cnn"},
        {"label": HOSTILE, "name": "shared_resnet"},
        {"label": "\u8aac\U0001f600" * 30, "name": "vgg_cifar"},
    ]
    suite = document(architectures=entries, claims=[], measure={"convergence": {"targets": [0.6, 0.9925]}})
    run = write_run(tmp_path_factory.mktemp("runs"), suite, change)
    assert report(run.folder, format="latex") == 0
    return {path.stem: path.read_text() for path in (run.folder / "latex").iterdir()}, load(run)


def test_one_file_a_table_and_one_for_all(written):
    """The document takes in every table, and asks for booktabs alone beside what LaTeX brings."""
    files, _ = written
    assert set(files) == {"ranking", "accuracies", "differences", "cost", "convergence", "report"}
    taken = re.findall(r"\\input\{(\w+)\}", files["report"])
    assert taken == ["ranking", "accuracies", "differences", "cost", "convergence"]
    packages = re.findall(r"\\usepackage(?:\[.*?\])?\{(\w+)\}", files["report"])
    assert packages == ["geometry", "fontenc", "textcomp", "booktabs"]


@pytest.mark.parametrize("name", ["ranking", "accuracies", "differences", "cost", "convergence"])
def test_tables_are_well_formed(written, name):
    """Braces balance, every row has as many cells as there are columns, whatever a label holds."""
    files, _ = written
    assert len(cells(files[name])) > 2


def test_figures_are_those_of_the_tables(written):
    """Percent with half the interval; counts in full."""
    files, tables = written
    best = tables.summary.set_index("label").loc["CNN"]
    half = 50 * (best["test_accuracy_high"] - best["test_accuracy_low"])
    row = next(row for row in cells(files["ranking"]) if row[0] == "CNN")
    assert row[1] == rf"\textbf{{{100 * best['test_accuracy']:.2f} $\pm$ {half:.2f}}}"
    (cost,) = (row for row in cells(files["cost"]) if row[0] == "CNN")
    assert cost[1] == r"81\,578"


def test_what_is_censored_says_so(written):
    """A target that nobody reached is more than the budget."""
    files, _ = written
    assert r"\textgreater{} 12" in {row[3] for row in cells(files["convergence"]) if row[0] == "99.25"}


def test_signs_beyond_pdflatex_are_announced(written):
    """In a comment of the file that holds them, by code point, and long names may break."""
    files, _ = written
    assert "% pdfLaTeX cannot print U+8AAC, U+1F600" in files["ranking"]
    assert r"p{0.33\linewidth}" in files["ranking"]


def accuracy_column(run):
    report(run.folder, format="latex")
    return [row[1] for row in cells((run.folder / "latex" / "ranking.tex").read_text())[2:]]


def test_nothing_is_bold_that_is_not_set_apart(tmp_path):
    """Equal architectures, one seed, or a single architecture: there is no winner to be bold."""

    def equal(record):
        last = record.training.last.model_copy(update={"test_accuracy": 0.7 + 0.01 * record.trial.seed})
        return record.model_copy(update={"training": record.training.model_copy(update={"last": last})})

    for number, (suite, change) in enumerate(
        (
            (document(architectures=architectures(3), claims=[]), equal),
            (document(recipe={"epochs": 3, "seeds": [0]}), None),
            (document(architectures=architectures(1), claims=[]), None),
        )
    ):
        found = accuracy_column(write_run(tmp_path / str(number), suite, change))
        assert found
        assert not any("textbf" in cell for cell in found)


def test_a_run_without_training_has_its_counts(tmp_path):
    """Tables that would have no rows or no numbers are left out or say so; nothing fails."""
    run = write_run(
        tmp_path,
        document(claims=[]),
        lambda record: record.model_copy(update={"training": None, "splits": ()}),
    )
    report(run.folder, format="latex")
    names = {path.stem for path in (run.folder / "latex").iterdir()}
    assert {"ranking", "cost", "report"} <= names
    assert "accuracies" not in names


def test_many_architectures_are_compared_with_the_best(tmp_path):
    """21 pairs are too many for a page: those with the most accurate are listed, and the caption says so."""
    run = write_run(
        tmp_path, document(architectures=architectures(7), claims=[], recipe={"epochs": 2, "seeds": [0, 1]})
    )
    report(run.folder, format="latex")
    text = (run.folder / "latex" / "differences.tex").read_text()
    assert len(cells(text)) == 2 + 6
    assert "of 21" in text
