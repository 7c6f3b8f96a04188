"""What the sections on accuracy say, before they are set as a page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import architectures, document, write_run

from bench.analysis.tables import load
from reports.figures.confusion import confusion
from reports.figures.profiles import profiles
from reports.figures.reliability import reliability
from reports.sections.accuracy import splits
from reports.sections.classes import classes
from reports.sections.convergence import convergence
from reports.sections.differences import differences
from reports.sections.provenance import trials
from reports.sections.ranking import suite_looks
from reports.sections.trust import claims

NAMES = ("airplane", "automobile", "bird", "cat")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The example run with a target that nobody reaches."""
    suite = document(measure={"convergence": {"targets": [0.6, 0.99]}})
    return load(write_run(tmp_path_factory.mktemp("runs"), suite))


def cells(table, **values):
    """Text of each column of the first row whose cells hold these texts, by title and unit."""
    titles = [f"{column.title} {column.unit}".strip() for column in table.columns]
    found = [dict(zip(titles, (cell.text for cell in row), strict=True)) for row in table.rows]
    return next(row for row in found if all(row[title] == text for title, text in values.items()))


def test_every_split_has_a_row(tables):
    """Architectures by splits; top-5 only where it was measured."""
    (table,) = splits(tables).parts
    assert len(table.rows) == 9
    assert "Top-5" not in [column.title for column in table.columns]
    assert cells(table, Architecture="CNN", Split="train")["Images"] == "45\u202f000"


def test_how_the_validation_split_was_made_is_stated(tables, tmp_path):
    """A fraction, stratified, by the seed; or the test set, and then it says so."""
    assert "10\u202f% of the training set, stratified by class and drawn by the seed" in splits(tables).lead
    suite = document(dataset={"name": "cifar10", "validation": "test"})
    assert "Test set used for validation" in splits(load(write_run(tmp_path, suite))).lead


def test_a_censored_architecture_comes_last_without_a_rank(tables):
    """Its budget stands for its cost, and each seed is shown as more than it."""
    table = convergence(tables).parts[0]
    row = cells(table, Architecture="CNN", Target="99\u202f%")
    assert row["Rank by time"] == "\u2013"
    assert row["Training time median"].startswith("> ")
    assert row["Time of each seed in the order of seeds"].count("> ") == 3
    first = cells(table, Target="60\u202f%")
    assert (first["Rank by time"], first["To the fastest times"]) == ("1", "1.0\u00d7")


def test_one_target_makes_no_profile(tables, tmp_path):
    """A profile over a single problem would repeat the ranking."""
    assert [part.kind for part in convergence(tables).parts] == ["table", "figure", "table"]
    suite = document(measure={"convergence": {"targets": [0.6]}})
    assert [part.kind for part in convergence(load(write_run(tmp_path, suite))).parts] == ["table"]


def test_profiles_start_at_the_cheapest(tables):
    """One line an architecture and cost; the fastest reaches its share at ratio one."""
    spec = profiles({"suite": tables.convergence}, suite_looks(tables))
    (line,) = (
        trace for trace in spec["traces"] if trace["name"] == "CNN" and trace["when"] == {"cost": "seconds"}
    )
    assert spec["columns"][line["x"][1:]][0] == 1.0
    assert spec["columns"][line["y"][1:]] == [0.5, 0.5]


def test_profiles_end_together(tables):
    """Where the dearest reaches its last target; who needs no more stays on its share until there."""
    spec = profiles({"suite": tables.convergence}, suite_looks(tables))
    lines = [trace for trace in spec["traces"] if trace["when"] == {"cost": "seconds"}]
    assert len(lines) == 3
    assert len({spec["columns"][line["x"][1:]][-1] for line in lines}) == 1


def test_scores_sum_profiles_up(tables):
    """One target of two is never reached, so that nobody scores more than a half."""
    (table,) = (
        part for part in convergence(tables).parts if part.kind == "table" and part.id == "table-profiles"
    )
    cnn = cells(table, Architecture="CNN")
    assert (cnn["Score epochs"], cnn["Reached targets"], cnn["Took part targets"]) == ("0.50", "1 of 2", "2")


def test_the_number_of_comparisons_is_said(tmp_path):
    """Twenty networks make 190 pairs, some of which differ by chance."""
    suite = document(architectures=architectures(20), claims=[], recipe={"epochs": 6})
    found = load(write_run(tmp_path, suite))
    assert "190 pairs were compared" in differences(found).lead
    assert "many comparisons" in set(found.warnings["kind"])


def test_a_difference_that_does_not_survive_holm_says_so(tables):
    """In the verdict itself; the adjusted p-value stands beside it."""
    doubtful = tables.differences.assign(verdict="first", holds_among_all=[True, False, False])
    table = differences(replace(tables, differences=doubtful)).parts[0]
    assert [row[4].text for row in table.rows] == [
        "first is higher", "first is higher, not after Holm", "first is higher, not after Holm",
    ]  # fmt: skip


def test_who_is_not_worth_its_cost_names_who_is_better(tables):
    """One column a cost, one row an architecture."""
    beaten = tables.pareto.assign(on_front=False, dominated_by="CNN")
    table = differences(replace(tables, pareto=beaten)).parts[1]
    assert {cell.text for row in table.rows for cell in row[1:]} == {"no: CNN"}
    assert [column.title for column in table.columns][1:3] == ["Params", "MACs"]


def test_worth_at_a_doubtful_time_has_a_question_mark(tables):
    """In the whole column, since one of the times decides about the others."""
    doubted = (tables.pareto["cost"] == "train_seconds") & (tables.pareto["label"] == "CNN")
    table = differences(replace(tables, pareto=tables.pareto.assign(doubtful=doubted))).parts[1]
    titles = [column.title for column in table.columns]
    for row in table.rows:
        marked = {title for title, cell in zip(titles, row, strict=True) if "?" in cell.text}
        assert marked == {"Training time"}


def test_a_confusion_matrix_holds_shares_of_the_true_class(tables):
    """Pairs that never occur stay blank; a line adds up to one."""
    spec = confusion(tables, NAMES)
    matrix = next(trace["z"] for trace in spec["traces"] if trace["when"] == {"of": "0", "minus": "nothing"})
    assert matrix[0][2:] == [None, None]
    assert sum(matrix[0][:2]) == pytest.approx(1.0, abs=2e-3)


def test_two_matrices_are_set_against_each_other(tables):
    """Each pair of three architectures, in points; the sign turns with the order."""
    spec = confusion(tables, NAMES)
    cells = {(trace["when"]["of"], trace["when"]["minus"]): trace["z"] for trace in spec["traces"]}
    assert len(cells) == 3 * (1 + 3)
    assert cells["0", "2"][0][0] == -cells["2", "0"][0][0] != 0
    assert cells["1", "1"][0][0] == 0


def test_many_architectures_are_set_against_the_most_accurate(tmp_path):
    """All pairs of seven would be 49 matrices."""
    tables = load(write_run(tmp_path, document(architectures=architectures(7), claims=[])))
    best = tables.summary.set_index("label")["test_accuracy"].idxmax()
    (switch,) = (one for one in confusion(tables, NAMES)["switches"] if one["name"] == "minus")
    assert [option["label"] for option in switch["options"]] == ["nothing", best]


def test_many_classes_are_listed_and_not_drawn(tmp_path):
    """Above twenty classes: the most confused pairs, and the classes with the lowest F1."""

    def change(record):
        names = tuple(f"class {number}" for number in range(30))
        return record.model_copy(update={"data": record.data.model_copy(update={"classes": names})})

    section = classes(load(write_run(tmp_path, change=change)))
    table = section.parts[0]
    assert table.id == "table-confused"
    assert cells(table, Architecture="CNN")["True"].startswith("class ")
    assert "hardest" in section.parts[1].title


def test_classes_show_every_split(tables):
    """Precision, recall and F1 of test, validation and training set, with intervals."""
    fold = classes(tables).parts[1]
    (table,) = fold.parts
    row = cells(table, Class="cat")
    for split in ("test", "validation", "train"):
        for score in ("Precision", "Recall", "F1"):
            assert "\u00b1" in row[f"{score} {split}"]
        assert row[f"Images {split}"] == "2\u202f500"


def test_reliability_has_a_line_an_architecture_and_split(tables):
    """Accuracy against confidence, both in [0, 1]."""
    spec = reliability(tables, suite_looks(tables))
    assert len(spec["traces"]) == 3 * 3
    for trace in spec["traces"]:
        assert all(0 <= value <= 1 for axis in "xy" for value in spec["columns"][trace[axis][1:]])


@pytest.mark.parametrize(
    ("claim", "metric", "published"),
    [
        ({"metric": "test_accuracy", "value": 0.85, "bound": "at_least"},
         "test accuracy", "\u2265\u202f85.00\u202f%"),
        ({"metric": "params", "value": 0.18, "tolerance": 0.02, "relative_to": "ResNet"},
         "params, as a multiple of ResNet", "0.180\u00d7 \u00b1 0.020\u00d7"),
        ({"metric": "test_accuracy", "value": 0.01, "relative_to": "ResNet", "relation": "difference"},
         "test accuracy, minus ResNet", "1.00 points"),
        ({"metric": "test_f1", "value": 0.9, "of_class": "cat"}, "test F1 of cat", "90.00\u202f%"),
        ({"metric": "epochs_to_converge", "value": 30, "tolerance": 3},
         "epochs to converge", "30.0 \u00b1 3.0"),
    ],
)  # fmt: skip
def test_claims_read_as_they_were_published(tmp_path, claim, metric, published):
    """With class, bound, relation and unit."""
    run = write_run(tmp_path, document(claims=[{"architecture": "CNN", **claim}]))
    (table,) = claims(load(run)).parts
    row = cells(table)
    assert (row["Metric"], row["Published"]) == (metric, published)


def test_a_failed_trial_shows_the_end_of_its_log(tmp_path):
    """Folded below the table of trials; trials that ended well have none."""

    def fail(record):
        changes = {"status": "failed", "reason": "killed", "log_tail": "File <net>.py", "training": None}
        return record.model_copy(update=changes) if record.trial.seed == 1 else record

    suite = document(architectures=architectures(1), recipe={"epochs": 2, "seeds": [0, 1]}, claims=[])
    section = trials(load(write_run(tmp_path, suite, fail)))
    (fold,) = section.parts[1:]
    assert fold.title == "Last lines of the log of Network 0, seed 1"
    assert [part.text for part in fold.parts] == ["File <net>.py"]
