"""Numbers of the page equal the records; both are read here without the code that renders and averages."""

from __future__ import annotations

import csv
import html
import json
import re
from collections import defaultdict
from statistics import median

import pytest

NARROW = "\u202f"


@pytest.fixture(scope="module")
def page(report):
    """The text of the example report."""
    return report.read_text()


@pytest.fixture(scope="module")
def records(run):
    """The record of each finished trial, as JSON, by label and seed; with the rows of its epochs.csv."""
    found = {}
    for path in run.folder.glob("trials/*/record.json"):
        record = json.loads(path.read_text())
        if record["status"] == "done":
            with (path.parent / "epochs.csv").open(newline="") as file:
                record["epochs"] = list(csv.DictReader(file))
            (seed,) = record["trial"]["recipe"]["seeds"]
            found[record["trial"]["label"], seed] = record
    return found


def cells(page, table):
    """Rows of a table by header: text and exact value of each cell."""
    part = re.search(rf'<table id="{table}">.*?</table>', page, re.DOTALL)[0]
    headers = [
        plain(" ".join(re.findall(r"<(?:bdi|small)>(.*?)</", one)))
        for one in re.findall(r"<th .*?</th>", part)
    ]
    rows = []
    for row in re.findall(r"<tr><td.*?</tr>", part):
        found = re.findall(r"<td(.*?)>(.*?)</td>", row)
        exact = [re.search(r'data-value="(.*?)"', attributes) for attributes, _ in found]
        texts = [plain(text) for _, text in found]
        values = [
            html.unescape(value[1]) if value else text for value, text in zip(exact, texts, strict=True)
        ]
        rows.append(dict(zip(headers, zip(texts, values, strict=True), strict=True)))
    return rows


def plain(text):
    """Without tags and entities."""
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def grouped(number):
    """78123.4 as "78 123", with narrow spaces."""
    return re.sub(r"(?<=\d)(?=(?:\d{3})+$)", NARROW, str(round(number)))


def percent(fraction):
    """Two decimals, with a narrow space."""
    return f"{100 * fraction:.2f}{NARROW}%"


def duration(seconds):
    """Minutes and seconds, or three digits of seconds."""
    if seconds >= 100:
        return f"{round(seconds) // 60}{NARROW}min{NARROW}{round(seconds) % 60:02d}{NARROW}s"
    return f"{seconds:.{2 if seconds < 10 else 1}f}{NARROW}s"


def test_trials(page, records):
    """Accuracies, seconds and epochs of each trial: shown to the digit, kept in full."""
    rows = {(row["Architecture"][0], int(row["Seed"][0])): row for row in cells(page, "table-trials")}
    assert len(records) == 8
    for key, record in records.items():
        row, last = rows[key], record["epochs"][-1]
        best = max(float(epoch["test_accuracy"]) for epoch in record["epochs"])
        spent = record["training"]["train_seconds"]
        assert row["Test last epoch"] == (percent(float(last["test_accuracy"])), last["test_accuracy"])
        assert row["Test best, by test"] == (percent(best), repr(best))
        assert row["Training"] == (duration(spent), repr(spent))
        assert spent == pytest.approx(sum(float(epoch["train_seconds"]) for epoch in record["epochs"]))
        assert row["Epochs"] == (f"{len(record['epochs'])} of 12", str(len(record["epochs"])))
        assert row["Trial id"][0] == record["trial_id"]


def test_counts(page, records):
    """Params, MACs, FLOPs and activations of each architecture, in full."""
    rows = {row["Architecture"][0]: row for row in cells(page, "table-cost")}
    assert len(rows) == 3
    for (label, _), record in records.items():
        shown = set(rows[label].values())
        for name in ("params", "params_body", "macs", "flops", "activations"):
            count = record["static"][name]
            assert (grouped(count), str(count)) in shown, name


def test_means(page, records):
    """Mean test accuracy of each architecture in the ranking, best first."""
    by_label = defaultdict(list)
    for (label, _), record in records.items():
        by_label[label].append(float(record["epochs"][-1]["test_accuracy"]))
    means = {label: sum(values) / len(values) for label, values in by_label.items()}
    rows = cells(page, "ranking")
    assert [row["Architecture"][0] for row in rows] == sorted(means, key=means.get, reverse=True)
    for row in rows:
        text, exact = row["Test accuracy last epoch"]
        mean = means[row["Architecture"][0]]
        assert text.startswith(f"{100 * mean:.2f} \u00b1 ")
        assert float(exact) == pytest.approx(mean, rel=1e-14)


def test_throughput(page, records):
    """Images per second of each architecture, mode and batch size."""
    measured = defaultdict(list)
    for (label, _), record in records.items():
        for facts in record["throughput"]:
            measured[label, facts["mode"], str(facts["batch_size"])].append(facts["images_per_second"])
    rows = cells(page, "table-throughput")
    assert len(rows) == len(measured) > 0
    for row in rows:
        key = (row["Architecture"][0], row["Mode"][0], row["Batch size"][0])
        text, exact = row["Images/s median"]
        assert float(exact) == pytest.approx(median(measured[key]), rel=1e-14)
        assert text == (grouped(float(exact)) if float(exact) >= 100 else f"{float(exact):.3g}")
