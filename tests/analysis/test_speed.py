"""Tables of speed: throughput, latency, phases, certificates."""

from __future__ import annotations

import pandas as pd
import pytest
from factories import architectures, certificate, document, write_run

from bench.analysis.speed import CERTIFICATE_COLUMNS, NO_CERTIFICATE
from bench.analysis.tables import load

TWO = document(architectures=architectures(2), claims=[])


def test_speed_tables_hold_the_records_numbers(tmp_path):
    """One row an architecture, from the trial of the first seed."""
    run = write_run(tmp_path, TWO)
    tables, record = load(run), run.records()[0]
    assert list(tables.latency["label"]) == list(tables.phases["label"]) == ["Network 0", "Network 1"]
    assert tables.latency["p99"].iloc[0] == record.latency.p99
    assert tables.phases["backward_milliseconds"].iloc[0] == record.phases.backward_milliseconds


def test_a_percentile_without_enough_calls_stays_empty(tmp_path):
    """Neither zero nor the largest value."""

    def change(record):
        latency = record.latency and record.latency.model_copy(update={"calls": 120, "p99": None})
        return record.model_copy(update={"latency": latency})

    assert load(write_run(tmp_path, TWO, change)).latency["p99"].isna().all()


def test_every_timing_has_a_row_of_its_own(tmp_path):
    """Training of each seed, each setting of throughput, latency, phases; values of several in one cell."""

    def change(record):
        training = record.training.model_copy(
            update={"certificate": certificate(cpu_megahertz=(2300.0, 2100.0), doubts={"a": "b", "c": "d"})}
        )
        return record.model_copy(update={"training": training})

    table = load(write_run(tmp_path, TWO, change)).certificates
    assert list(table.columns) == list(CERTIFICATE_COLUMNS)
    assert table["timing"].value_counts()["training"] == 6
    assert len(table) == 6 + 2 * (4 + 1 + 1)
    training = table[table["timing"] == "training"]
    assert set(training["doubts"]) == {"a: b; c: d"}
    assert set(training["cpu_megahertz"]) == {"2300.0, 2100.0"}


def test_means_over_seeds_tell_how_many_timings_are_doubtful(tmp_path):
    """Nothing doubtful is averaged in silence."""

    def change(record):
        doubts = {"busy machine": "x"} if record.trial.seed == 1 else {}
        training = record.training.model_copy(update={"certificate": certificate(doubts=doubts)})
        return record.model_copy(update={"training": training})

    assert list(load(write_run(tmp_path, TWO, change)).summary["timings_doubtful"]) == [1, 1]


def test_records_without_certificates_are_not_called_good(tmp_path):
    """Those of earlier versions have none."""

    def change(record):
        facts = tuple(fact.model_copy(update={"certificate": None}) for fact in record.throughput)
        training = record.training.model_copy(update={"certificate": None})
        return record.model_copy(
            update={"throughput": facts, "training": training, "latency": None, "phases": None}
        )

    tables = load(write_run(tmp_path, TWO, change))
    assert set(tables.throughput["verdict"]) == {NO_CERTIFICATE}
    assert tables.certificates.empty
    assert tables.latency.empty
    assert tables.trials["timing"].isna().all()


@pytest.mark.parametrize("name", ["latency", "phases", "certificates", "throughput"])
def test_speed_tables_survive_an_export(tmp_path, name):
    """As Parquet, whose columns have one type each."""
    frame = load(write_run(tmp_path, TWO)).frames()[name]
    frame.to_parquet(tmp_path / "table.parquet", index=False)
    assert len(pd.read_parquet(tmp_path / "table.parquet")) == len(frame)
