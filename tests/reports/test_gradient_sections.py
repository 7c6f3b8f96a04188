"""Gradient flow and loss landscape in the report: numbers of the tables, to the digit shown."""

import dataclasses

import pytest
from factories import document, write_run

from bench.analysis.tables import load
from reports.sections.gradients import gradient_flow, loss_landscape

SUITE = document(
    architectures=[
        {"label": "Plain", "name": "cifar_plain20"},
        {"label": "Residual", "name": "cifar_resnet20"},
    ],
    claims=[],
    measure={"gradient_flow": True, "loss_landscape": {"dimensions": 2, "points": 3}},
)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return load(write_run(tmp_path_factory.mktemp("runs"), SUITE))


def part(section, name):
    return next(each for each in section.parts if getattr(each, "id", "") == name)


def test_sections_are_left_out_where_nothing_was_measured(tmp_path):
    bare = load(write_run(tmp_path))
    assert gradient_flow(bare) is None
    assert loss_landscape(bare) is None


def test_the_figure_shows_each_layer_at_a_few_moments(tables):
    """Mean over seeds at initialisation, after the first epoch, in the middle and at the end."""
    spec = part(gradient_flow(tables), "figure-gradients").spec
    last = str(SUITE["recipe"]["epochs"])
    (choice,) = spec["switches"]
    shown = [option["id"] for option in choice["options"]]
    assert shown[:2] == ["0", "1"]
    assert shown[-1] == last
    line = next(
        trace for trace in spec["traces"] if trace.get("name") == "Plain" and trace["when"]["epoch"] == last
    )
    rows = tables.gradients[(tables.gradients.label == "Plain") & (tables.gradients.epoch == int(last))]
    expected = rows.groupby("depth")["gradient_norm"].mean()
    assert spec["columns"][line["x"][1:]] == list(expected.index)
    assert spec["columns"][line["y"][1:]] == pytest.approx(list(expected), rel=1e-4)


def test_tables_show_the_numbers_of_the_analysis(tables):
    table = part(gradient_flow(tables), "table-signals")
    first = tables.signals[(tables.signals.label == "Plain") & (tables.signals.epoch == 0)]
    assert table.rows[0][2].value == pytest.approx(first["gradient_change"].mean())
    assert f"{first['gradient_change'].mean():.2f}".replace("-", "\u2212") in table.rows[0][2].text
    twins = part(gradient_flow(tables), "table-twins")
    assert len(twins.rows) == len(tables.twins)


def test_a_plane_is_drawn_beside_its_line(tables):
    section = loss_landscape(tables)
    line = part(section, "figure-landscape").spec
    assert line["columns"][line["traces"][0]["y"][1:]] == [2.0, 1.0, 2.0]
    plane = part(section, "figure-planes").spec
    assert len(plane["traces"][0]["z"]) == 3


def test_the_line_of_an_older_record_misses_the_middle_by_rounding(tables):
    """Its steps were those of torch.linspace, which is -1.5e-8 where it should be 0."""
    shifted = tables.landscape.assign(y=tables.landscape["y"].replace(0.0, -1.5e-8))
    older = dataclasses.replace(tables, landscape=shifted)
    line = part(loss_landscape(older), "figure-landscape").spec
    assert line["columns"][line["traces"][0]["y"][1:]] == [2.0, 1.0, 2.0]
