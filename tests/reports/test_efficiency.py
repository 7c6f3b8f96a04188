"""The sections on efficiency and memory, and the roofline."""

import pytest
from factories import certificate, document, write_run

from bench.analysis.tables import load
from reports.figures.roofline import roofline
from reports.sections.efficiency import efficiency, memory
from reports.sections.ranking import suite_looks


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return load(write_run(tmp_path_factory.mktemp("runs"), document(measure={"largest_batch": True})))


def points(tables):
    """Traces of architectures."""
    spec = roofline(tables, suite_looks(tables))
    return spec, [trace for trace in spec["traces"] if "arch" in trace]


def test_every_architecture_stands_under_the_roof_of_every_setting(tables):
    """Three architectures, two modes, two batch sizes; both axes are logarithmic."""
    spec, found = points(tables)
    assert len(found) == 3 * 4
    assert [len(one["options"]) for one in spec["switches"]] == [4]
    assert {spec["layout"][name]["type"] for name in ("xaxis", "yaxis")} == {"log"}


def test_the_roof_bends_where_both_peaks_meet(tables):
    """From bandwidth x intensity to the peak, at 80 FLOPs a byte."""
    spec, _ = points(tables)
    roof = spec["traces"][0]
    x, y = (spec["columns"][roof[name][1:]] for name in "xy")
    assert x[1] == 80
    assert y[1] == y[2] == 2e12
    assert y[0] == pytest.approx(x[0] * 2.5e10, rel=1e-3)


def test_architectures_keep_their_colour_and_marker(tables):
    """The same as in every other figure."""
    _, found = points(tables)
    drawn = suite_looks(tables)
    for trace in found:
        look = drawn[trace["name"]]
        assert (trace["marker"]["color"], trace["marker"]["symbol"]) == (look.color, look.symbol)


def test_the_lead_states_both_peaks(tables):
    """And that bytes are a model."""
    lead = efficiency(tables).lead.replace("\u202f", " ")
    assert "2.00 TFLOP/s in matrix products (bfloat16)" in lead
    assert "25.0 GB/s" in lead
    assert "model" in lead


def test_an_open_search_says_at_least(tmp_path):
    """A limit is not a finding."""

    def change(record):
        facts = tuple(one.model_copy(update={"smallest_unfit": None}) for one in record.largest_batch)
        return record.model_copy(update={"largest_batch": facts})

    run = write_run(tmp_path, document(measure={"largest_batch": True}), change)
    table = memory(load(run)).parts[0]
    assert table.rows[0][-1].text == "at least 900"


def test_without_a_search_there_is_no_such_column(tmp_path):
    """Nor a sentence about it."""
    section = memory(load(write_run(tmp_path)))
    assert "Largest batch" not in [column.title for column in section.parts[0].columns]
    assert "largest batch" not in section.lead


def test_a_failed_measurement_shows_its_reason(tmp_path):
    """In place of the peak."""

    def change(record):
        facts = tuple(
            one.model_copy(update={"peak_bytes": None, "parts": None, "reason": "out of memory"})
            for one in record.memory
        )
        return record.model_copy(update={"memory": facts})

    table = memory(load(write_run(tmp_path, change=change))).parts[0]
    assert {row[3].text for row in table.rows} == {"out of memory"}


def test_without_measurements_there_is_no_section(tmp_path):
    """A heading over nothing helps nobody."""
    tables = load(write_run(tmp_path, document(measure={"throughput": False, "memory": False})))
    assert efficiency(tables) is None
    assert memory(tables) is None


def test_doubtful_timings_are_marked(tmp_path):
    """In the table by its last column, under the roofline by a hollow marker."""

    def change(record):
        if record.trial.label != "CNN":
            return record
        doubted = {"certificate": certificate(doubts={"busy machine": "x"})}
        timed = tuple(fact.model_copy(update=doubted) for fact in record.throughput)
        return record.model_copy(update={"throughput": timed})

    tables = load(write_run(tmp_path, change=change))
    _, found = points(tables)
    assert {one["name"] for one in found if one["marker"]["symbol"].endswith("-open")} == {"CNN"}
    (table,) = (part for part in efficiency(tables).parts if part.kind == "table")
    verdicts = {(row[0].text, row[-1].text) for row in table.rows}
    assert verdicts == {("CNN", "doubtful"), ("ResNet", "good"), ("ResNet, MLP head", "good")}
