"""Figures for a paper: which there are, and how they look; no browser needed."""

from __future__ import annotations

import json
import re

import pytest
from factories import architectures, document, write_run

from bench.analysis.tables import load
from reports.palette import LIGHT
from reports.stills.settings import settings, stills
from reports.stills.still import still_figure

EVERYTHING = {
    "convergence": {"targets": [0.6, 0.7]},
    "throughput": {"batch_sizes": [1, 128], "modes": ["train", "inference"]},
    "profile": True,
    "gradient_flow": True,
    "loss_landscape": True,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Every figure of a run that measured everything, by name."""
    run = write_run(tmp_path_factory.mktemp("runs"), document(measure=EVERYTHING))
    return {still.name: still for still in stills(load(run))}


def test_every_figure_has_a_file_for_each_setting(made):
    """Named after the figure and the options of its switches."""
    assert {"cost-params", "curves-accuracy-test-epochs", "curves-loss-train-training-time"} <= set(made)
    assert {"throughput-inference-batch-1", "roofline-train-batch-128"} <= set(made)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in made)


def test_a_matrix_is_not_set_against_itself(made):
    """Which would show nothing."""
    assert "confusion-cnn-resnet" in made
    assert "confusion-cnn-cnn" not in made


def test_many_settings_are_drawn_one_switch_at_a_time():
    """Not in all combinations."""
    switches = [
        {"name": name, "options": [{"id": str(number)} for number in range(20)]} for name in ("of", "minus")
    ]
    chosen = settings(switches)
    assert len(chosen) == 1 + 19 + 19
    assert chosen[0] == {"of": "0", "minus": "0"}
    assert settings([]) == [{}]


def test_nothing_is_left_for_the_page_to_resolve(made):
    """No reference to a column, no CSS variable, nothing that plotly does not know."""
    for still in made.values():
        figure = still_figure(still)
        text = json.dumps(figure, allow_nan=False)
        assert "var(--" not in text
        assert not re.search(r'"@\d+"', text)
        assert not {"when", "arch", "band"} & {key for trace in figure["data"] for key in trace}
        assert all(trace["type"] != "heatmap" for trace in figure["data"])


def test_the_legend_names_every_architecture_once(made):
    """With its marker and colour, however many traces it has."""
    figure = still_figure(made["curves-accuracy-test-epochs"])
    named = [trace for trace in figure["data"] if trace["showlegend"]]
    assert [trace["name"] for trace in named] == ["CNN", "ResNet", "ResNet, MLP head"]
    assert [trace["marker"]["color"] for trace in named] == list(LIGHT[:3])
    assert len({trace["marker"]["symbol"] for trace in named}) == 3
    assert figure["layout"]["showlegend"]


def test_the_figure_holds_the_numbers_of_its_setting(made):
    """The mean test accuracy of each epoch, and the axis of the option that was chosen."""
    still = made["curves-accuracy-test-training-time"]
    figure = still_figure(still)
    line = next(trace for trace in figure["data"] if trace.get("name") == "CNN")
    assert len(line["y"]) == 12
    assert line["x"] == sorted(line["x"])
    assert figure["layout"]["xaxis"]["title"]["text"].startswith("Seconds")


def test_a_heat_map_becomes_rectangles_with_its_numbers(made):
    """One a cell that occurs, so that the file stays a vector graphic."""
    figure = still_figure(made["confusion-cnn-nothing"])
    assert len(figure["layout"]["shapes"]) == 8
    (numbers,) = figure["data"]
    assert all(re.fullmatch(r"\d+%", text) for text in numbers["text"])
    assert len(numbers["text"]) == 8


def test_labels_that_look_alike_in_a_file_name_stay_apart(tmp_path):
    """Two labels with one slug, and a hostile one."""
    entries = [{"label": label, "name": "plain_cnn"} for label in ("Net", "../../net")]
    entries[1]["args"] = {"channels": [8, 8]}
    run = write_run(
        tmp_path, document(architectures=entries, claims=[], measure={"profile": True}, recipe={"epochs": 2})
    )
    names = [still.name for still in stills(load(run))]
    assert len(names) == len(set(names))
    assert len([name for name in names if name.startswith("layers")]) == 2


def test_many_architectures_make_room_for_their_legend(tmp_path):
    """A figure of twelve is taller than one of two, by the rows of its legend alone."""
    heights = []
    for number in (2, 12):
        suite = document(architectures=architectures(number), claims=[], recipe={"epochs": 2, "seeds": [0]})
        (still, *_) = stills(load(write_run(tmp_path / str(number), suite)))
        heights.append(still_figure(still)["layout"]["height"])
    assert heights[0] < heights[1] < 2 * heights[0]


def test_a_run_without_results_has_no_figures(tmp_path):
    """Nothing to draw is no error."""
    run = write_run(tmp_path, document(claims=[]), lambda record: None)
    assert stills(load(run)) == []
