"""Tables for pandas and for spreadsheets."""

from __future__ import annotations

import pandas as pd
import pytest
from factories import architectures, document, write_run

from bench.analysis.tables import load
from bench.commands.report import report
from reports.columns import meaning
from reports.tidy import harmless, tidy

FORMULAS = ("=HYPERLINK(1)", "+1", "-BN", "@SUM(A1)", "\t=1", "'quoted")
LABELS = (*FORMULAS, "key", "differs", "NA")
"""Formulas, names of columns, and pandas' own word for nothing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The exported tables of a run with hostile labels."""
    entries = [
        {"label": label, "name": "plain_cnn", "args": {"channels": [number + 1, 8]}}
        for number, label in enumerate(LABELS)
    ]
    suite = document(architectures=entries, claims=[], recipe={"epochs": 1, "seeds": [0]})
    run = write_run(tmp_path_factory.mktemp("runs"), suite)
    report(run.folder, format="csv")
    report(run.folder, format="parquet")
    return run.folder / "tables"


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The tables of the example, before any export."""
    return tidy(load(write_run(tmp_path_factory.mktemp("runs"), document(recipe={"epochs": 1}))))


def read(path):
    """As pandas does, told that only an empty cell is nothing."""
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def numbers(name, frame):
    """Names of the columns that hold numbers."""
    return [column for column in frame if meaning(name, column).numeric]


def test_no_cell_of_text_is_a_formula(folder):
    """In any table: each gets an apostrophe, as does one that begins with an apostrophe already."""
    for path in folder.glob("*.csv"):
        cells = pd.read_csv(path, dtype=str, keep_default_na=False)
        texts = cells.drop(columns=numbers(path.stem, cells))
        assert not texts.map(lambda cell: cell.startswith(("=", "+", "-", "@", "\t"))).any(axis=None)
    labels = list(read(folder / "summary.csv")["label"])
    assert labels[: len(FORMULAS)] == [f"'{label}" for label in FORMULAS]
    assert tuple(label.removeprefix("'") for label in labels) == LABELS


def test_negative_numbers_stay_numbers():
    """They begin with a minus, too; so may text, which does not stay."""
    frame = harmless(pd.DataFrame({"number": [-1.5], "text": ["-1.5"]}))
    assert frame.to_csv(index=False, lineterminator=" ") == "number,text -1.5,'-1.5 "


def test_parquet_holds_text_verbatim(folder):
    """A program has no formulas to fear; what it joins by is what the suite says."""
    assert tuple(pd.read_parquet(folder / "summary.parquet")["label"]) == LABELS


@pytest.mark.parametrize("name", ["summary", "trials", "epochs"])
def test_csv_gives_back_every_number(folder, name):
    """Bit for bit."""
    exact = pd.read_parquet(folder / f"{name}.parquet")
    columns = numbers(name, exact)
    found = read(folder / f"{name}.csv")
    pd.testing.assert_frame_equal(found[columns], exact[columns], check_exact=True, check_dtype=False)


def test_recipes_have_a_row_for_each_architecture_and_key(folder):
    """Labels are values, so that one may be called like a column."""
    recipes = read(folder / "recipes.csv")
    assert list(recipes.columns) == ["label", "key", "value", "differs"]
    assert {"key", "differs", "NA"} <= set(recipes["label"])


def test_every_column_is_explained(example):
    """Whoever adds a column writes its unit and its meaning into reports/columns.toml."""
    columns = example["columns"]
    unknown = columns[columns["meaning"] == ""]
    assert list(unknown[["table", "column"]].itertuples(index=False, name=None)) == []
    assert set(columns["table"]) == set(example) - {"columns"}
    units = columns.set_index(["table", "column"])["unit"]
    assert units["summary", "seconds_per_epoch_low"] == "s"
    assert units["throughput", "low"] == "images/s"


def test_units_are_true_of_the_values(example):
    """A column of numbers has a numeric type, and none that is said to be text does, unless it is empty."""
    for name, frame in example.items():
        for column in frame if name != "columns" else ():
            unit = meaning(name, column).unit
            if unit == "text":
                text = not pd.api.types.is_numeric_dtype(frame[column])
                assert text or frame[column].isna().all(), (name, column)
            elif unit != "true or false":
                assert pd.api.types.is_numeric_dtype(frame[column]), (name, column)


def test_tables_of_several_runs_can_be_put_together(tmp_path):
    """A column of numbers has a numeric type even where nothing was measured."""
    suite = document(architectures=architectures(1), claims=[])
    for name, frame in tidy(load(write_run(tmp_path, suite, lambda record: None))).items():
        for column in numbers(name, frame):
            assert pd.api.types.is_numeric_dtype(frame[column]), (name, column)
