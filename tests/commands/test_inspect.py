"""`bench inspect`: one network in four formats, with findings and the ledger."""

import csv
import io
import json

import pytest
from torch import nn

import architectures
from bench.commands import inspect
from bench.errors import SuiteError


def shown(capsys, name="plain_cnn", **options):
    assert inspect.main(name, **({"input_shape": "3x32x32", "classes": 10} | options)) == 0
    return capsys.readouterr().out


def test_the_table_has_a_line_for_each_layer_and_the_totals(capsys):
    """Thousands are separated, shares are of the MACs."""
    lines = shown(capsys).splitlines()
    first = next(line for line in lines if line.startswith("body.0"))
    assert first.split() == ["body.0", "Conv2d", "32x30x30", "896", "777,600", "28,800", "5.4", "%"]
    assert any(line.split() == ["params_body", "65,568"] for line in lines)


def test_json_holds_the_same_numbers_as_numbers(capsys):
    """For programs."""
    document = json.loads(shown(capsys, style="json"))
    assert document["totals"]["params"] == sum(layer["params"] for layer in document["layers"]) == 81_578
    assert document["findings"] == []


def test_csv_is_the_layer_table_alone(capsys):
    """One header, one line a layer."""
    rows = list(csv.DictReader(io.StringIO(shown(capsys, style="csv"))))
    assert tuple(rows[0]) == inspect.COLUMNS
    assert sum(int(row["macs"]) for row in rows) == 14_359_552


def test_markdown_has_a_rule_below_each_header(capsys):
    """For a pull request."""
    lines = shown(capsys, style="md").splitlines()
    assert lines[0].startswith("| layer | type |")
    assert set(lines[1]) == set("| -")


def test_depth_adds_deeper_layers_up(capsys):
    """At depth 1 the body is one line."""
    layers = json.loads(shown(capsys, style="json", depth=1))["layers"]
    assert [(layer["layer"], layer["params"]) for layer in layers] == [("body", 65_568), ("head", 16_010)]


def test_findings_of_the_lint_follow_the_table(capsys):
    """Each says what to do."""
    out = shown(capsys, "shared_resnet", args={"softmax": True})
    assert "- softmax-head: " in out


def test_the_ledger_has_the_other_strides_only_where_there_are_any(capsys):
    """And the figures of the tools that were run."""
    assert "strides on the 1x1" not in shown(capsys, show_ledger=True)
    ledger = json.loads(shown(capsys, "resnet50", style="json", show_ledger=True))["ledger"]
    assert ledger[0]["convention"] == "strides on the 1x1 (v1)"
    assert ledger[0]["figure"] < ledger[1]["figure"]
    assert next(rung for rung in ledger if rung["convention"] == "fvcore")["measured"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"style": "yaml"}, "choose one of table, md, csv, json"),
        ({"depth": 0}, "must be at least 1"),
        ({"input_shape": "3x32"}, "like 3x224x224"),
        ({"input_shape": "3x32x64"}, "square"),
        ({"name": "resnet19"}, "resnet1"),
        ({"args": {"depth": 3}}, "depth"),
    ],
)
def test_wrong_usage_is_one_message(capsys, options, message):
    """With what would be right."""
    with pytest.raises(SuiteError, match=message):
        shown(capsys, **options)


def test_what_a_network_prints_is_no_part_of_the_document(capsys, monkeypatch):
    """A program reads standard output."""

    def chatty(*_: object, **__: object) -> nn.Module:
        print("hello")  # noqa: T201 - as networks of others do
        return nn.Flatten()

    monkeypatch.setattr(architectures, "build", chatty)
    assert inspect.main("chatty", style="json") == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["name"] == "chatty"
    assert "hello" in told.err
