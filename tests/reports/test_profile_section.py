"""Where the time goes, as the report tells it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import document, write_run

import reports
from bench.analysis.tables import load
from reports.elements import Figure, Fold, Table
from reports.export import markdown
from reports.figures.layers import MOST, layer_bars
from reports.figures.step import step_bars
from reports.sections.profile import TOP_OPERATORS, profile
from reports.sections.ranking import suite_looks


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A run whose first seeds were profiled."""
    suite = document(measure={"profile": True}, recipe={"epochs": 2, "seeds": [0, 1]})
    return load(write_run(tmp_path_factory.mktemp("runs"), suite))


STEP = "table-step"


def part_of(tables, name):
    return next((part for part in profile(tables).parts if getattr(part, "id", "") == name), None)


def test_phases_are_drawn_once(tables):
    """Where they were measured without the profiler, its own shares are a table only."""
    unprofiled = replace(tables, phases=tables.phases.iloc[:0])
    assert part_of(tables, "figure-step") is None
    assert part_of(unprofiled, "figure-step") is not None
    assert part_of(tables, STEP).rows == part_of(unprofiled, STEP).rows


def test_a_run_without_profile_has_no_such_section(tmp_path):
    """Nothing is shown instead of empty axes."""
    assert profile(load(write_run(tmp_path, document(recipe={"epochs": 2})))) is None


def test_bars_of_a_step_add_up(tables):
    """For each architecture, over phases."""
    spec = step_bars(tables)
    shares = [spec["columns"][trace["x"].removeprefix("@")] for trace in spec["traces"]]
    assert [sum(bar) for bar in zip(*shares, strict=True)] == pytest.approx([1, 1, 1], rel=1e-3)
    assert [trace["name"] for trace in spec["traces"]][-2:] == ["optimiser", "other"]


def test_a_slow_layer_stands_out(tables):
    """In the figure, in its table, and in Markdown; the others do not."""
    spec = layer_bars(tables, suite_looks(tables))
    times = [trace for trace in spec["traces"] if trace["name"].startswith("time")]
    assert [trace["text"][0] for trace in times] == ["4.4\u00d7"] * 3
    assert not any(text for trace in times for text in trace["text"][1:])
    (slow,) = (part for part in profile(tables).parts if getattr(part, "id", "") == "table-slow")
    assert [row[1].text for row in slow.rows] == ["body.0"] * 3
    assert "Where the time goes" in markdown(tables)


def test_one_figure_for_every_architecture(tables):
    """A switch chooses; with one architecture there is none, and its layers are named all the same."""
    spec = layer_bars(tables, suite_looks(tables))
    (switch,) = spec["switches"]
    assert [option["label"] for option in switch["options"]] == list(tables.labels)
    assert spec["layout"]["yaxis"]["ticktext"][0] == "body.0"


def test_long_networks_are_cut(tmp_path):
    """The most expensive layers in the order of the network, the rest in one row, so that nothing is lost."""
    run = write_run(tmp_path, document(measure={"profile": True}, recipe={"epochs": 2, "seeds": [0]}))
    for trial in run.info.plan:
        store = run.trial(trial)
        record = store.read_record()
        columns = ("layer", "type", "forward_milliseconds", "backward_milliseconds")
        times = [(f"layer.{number}", "Conv2d", 1.0 + number, 1.0) for number in range(50)]
        store.write_table("layer_times", columns, [dict(zip(columns, row, strict=True)) for row in times])
        store.write_record(record.model_copy(update={"files": store.digests()}))
    tables = load(run)
    spec = layer_bars(tables, suite_looks(tables))
    names = spec["layout"]["yaxis"]["ticktext"]
    assert names == [*(f"layer.{number}" for number in range(50 - MOST, 50)), f"{50 - MOST} others"]
    times = spec["columns"][spec["traces"][0]["x"].removeprefix("@")]
    assert sum(times) == pytest.approx(1, rel=1e-3)


def test_operators_are_the_most_expensive(tables):
    """A dozen of thirty, behind a fold for each architecture."""
    folds = [part for part in profile(tables).parts if isinstance(part, Fold)]
    assert len(folds) == 3
    for fold in folds:
        (operators,) = (part for part in fold.parts if isinstance(part, Table) and "operators" in part.id)
        assert [row[0].text for row in operators.rows] == [
            f"aten::operator_{number}" for number in range(1, TOP_OPERATORS + 1)
        ]


def test_a_disturbed_profile_says_so(tmp_path):
    """A step that the profiler slowed down by half or more is marked, in words."""
    run = write_run(tmp_path, document(measure={"profile": True}, recipe={"epochs": 2, "seeds": [0]}))
    calm = part_of(load(run), STEP)
    assert not any("doubtful" in cell.text for row in calm.rows for cell in row)
    store = run.trial(run.info.plan[0])
    record = store.read_record()
    disturbed = record.profile.model_copy(update={"layers_milliseconds": 17.0})
    store.write_record(record.model_copy(update={"profile": disturbed}))
    table = part_of(load(run), STEP)
    assert [cell.text for cell in table.rows[0]][-1] == "+70.0\u202f%, doubtful"


def test_it_travels_small(tables):
    """The data of the figures of three networks stay within a few kilobytes."""
    page = reports.render(tables)
    assert "figure-layers" in page
    figures = [part for part in profile(tables).parts if isinstance(part, Figure)]
    assert sum(len(str(figure.spec)) for figure in figures) < 12_000
