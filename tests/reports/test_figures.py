"""What figures say, before plotly draws them."""

from __future__ import annotations

import math

import pytest
from factories import certificate, document, write_run

from bench.analysis.tables import load
from reports.figures.cost import cost_against_accuracy, log_scale
from reports.figures.curves import learning_curves
from reports.figures.phases import phase_bars
from reports.figures.spec import Columns, plain
from reports.figures.speed import throughput_bars
from reports.sections.ranking import suite_looks


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The example run."""
    return load(write_run(tmp_path_factory.mktemp("runs")))


def values(spec, reference):
    """The numbers a reference stands for."""
    return spec["columns"][reference.removeprefix("@")]


def chosen(spec, name, **when):
    """The line or point of one architecture under some options."""
    (trace,) = (trace for trace in spec["traces"] if trace.get("name") == name and trace["when"] == when)
    return trace


def test_a_curve_is_the_mean_over_seeds(tables):
    """Test accuracy against seconds: mean of both, epoch by epoch, to five digits."""
    spec = learning_curves(tables, suite_looks(tables))
    line = chosen(spec, "CNN", metric="accuracy", split="test", against="seconds")
    mine = tables.epochs[tables.epochs["label"] == "CNN"].groupby("epoch")
    assert values(spec, line["y"]) == pytest.approx(list(mine["test_accuracy"].mean()), rel=1e-4)
    assert values(spec, line["x"]) == pytest.approx(list(mine["cumulative_seconds"].mean()), rel=1e-4)


def test_the_band_spans_the_seeds(tables):
    """Its edges are the lowest and the highest seed of each epoch."""
    spec = learning_curves(tables, suite_looks(tables))
    at = spec["traces"].index(chosen(spec, "ResNet", metric="loss", split="train", against="epochs"))
    low, high = (values(spec, spec["traces"][place]["y"]) for place in (at - 2, at - 1))
    mine = tables.epochs[tables.epochs["label"] == "ResNet"].groupby("epoch")["train_loss"]
    assert low == pytest.approx(list(mine.min()), rel=1e-4)
    assert high == pytest.approx(list(mine.max()), rel=1e-4)


def test_targets_are_marked_on_accuracy_alone(tables):
    """Lines at the targets, none on a loss."""
    spec = learning_curves(tables, suite_looks(tables))
    options = {option["id"]: option["layout"] for option in spec["switches"][0]["options"]}
    assert [shape["y0"] for shape in options["accuracy"]["shapes"]] == [0.6, 0.7]
    assert options["loss"]["shapes"] == []


def test_a_switch_without_a_choice_is_left_out(tmp_path):
    """One batch size and one mode leave nothing to choose."""
    measure = {"throughput": {"batch_sizes": [8], "modes": ["train"]}}
    tables = load(write_run(tmp_path, document(recipe={"epochs": 2, "seeds": [0]}, measure=measure)))
    assert throughput_bars(tables, suite_looks(tables))["switches"] == []


def test_phases_stack_to_the_step(tables):
    """As milliseconds they add up to the step, as shares to one; each architecture has its bar."""
    spec = phase_bars(tables)
    for unit, whole in (("time", tables.phases.filter(like="_milliseconds").sum(axis=1)), ("share", [1] * 3)):
        parts = [values(spec, trace["x"]) for trace in spec["traces"] if trace["when"] == {"unit": unit}]
        assert len(parts) == 4
        assert [sum(bar) for bar in zip(*parts, strict=True)] == pytest.approx(list(whole), rel=1e-3)


def test_doubtful_bars_are_hatched_and_others_are_not(tmp_path):
    """In throughput and phases; a very wide interval does not squeeze the bars."""

    def change(record):
        if record.trial.label != "CNN" or record.phases is None:
            return record
        doubtful = {"certificate": certificate(doubts={"busy machine": "x"})}
        throughput = tuple(fact.model_copy(update={**doubtful, "high": 1e12}) for fact in record.throughput)
        phases = record.phases.model_copy(update=doubtful)
        return record.model_copy(update={"throughput": throughput, "phases": phases})

    tables = load(write_run(tmp_path, change=change))
    bars = throughput_bars(tables, suite_looks(tables))
    assert {trace["name"] for trace in bars["traces"] if "pattern" in trace["marker"]} == {"CNN"}
    fastest = tables.throughput["images_per_second"].max()
    assert all(
        option["layout"]["xaxis"]["range"][1] < 2 * fastest for option in bars["switches"][0]["options"]
    )
    shapes = [trace["marker"]["pattern"]["shape"] for trace in phase_bars(tables)["traces"]]
    assert shapes == [["/", "", ""]] * 8


def test_a_point_carries_its_interval(tables):
    """Whiskers reach from the mean to both ends of the interval over seeds."""
    spec = cost_against_accuracy(tables, suite_looks(tables))
    point = chosen(spec, "CNN", cost="macs")
    row = tables.summary.iloc[0]
    (x,), (y,), (up,) = (values(spec, ref) for ref in (point["x"], point["y"], point["error_y"]["array"]))
    assert (x, y) == pytest.approx((row["macs"], row["test_accuracy"]), rel=1e-4)
    assert y + up == pytest.approx(row["test_accuracy_high"], rel=1e-4)


def test_a_doubtful_time_has_a_question_mark_and_a_count_none(tmp_path):
    """Beside its point and where the reader points at it; the others have none."""

    def change(record):
        if record.trial.label != "CNN" or record.training is None:
            return record
        doubted = {"certificate": certificate(doubts={"busy machine": "x"})}
        training = record.training.model_copy(update=doubted)
        return record.model_copy(update={"training": training})

    tables = load(write_run(tmp_path, change=change))
    spec = cost_against_accuracy(tables, suite_looks(tables))
    for text in (lambda one: one["text"][0], lambda one: one["hovertemplate"]):
        marked = {(one["name"], one["when"]["cost"]) for one in spec["traces"] if "?" in text(one)}
        assert marked == {("CNN", "train_seconds"), ("CNN", "seconds_per_epoch")}


def test_numbers_are_stored_once():
    """Columns keep five significant digits; a gap is a gap, not a zero."""
    columns = Columns()
    assert columns.add([1 / 3, math.nan, math.inf]) == "@0"
    assert columns.arrays == {"0": [0.33333, None, None]}


@pytest.mark.parametrize(("low", "high"), [(81_578, 244_734), (1e3, 1e12), (5.0, 5.0)])
def test_a_logarithmic_axis_has_round_ticks_and_room(low, high):
    """Every value lies inside the range, and at least two ticks do."""
    scale = log_scale([low, high, 0.0, math.nan])
    start, end = scale["range"]
    assert start < math.log10(low)
    assert math.log10(high) < end
    assert sum(start <= math.log10(tick) <= end for tick in scale["tickvals"]) >= 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("a&b", "a&amp;b"),
        ("x" * 40, "x" * 27 + "\u2026"),
        ("a\nb\u202ec", "a b c"),
    ],
)
def test_plotly_gets_plain_text(text, shown):
    """Plotly reads a little HTML in every text; labels must not be read so."""
    assert plain(text) == shown
