"""The page of metrics: none is missing, and every source is named in full."""

import re
from typing import get_args

import pytest
from documents import DOCS

from bench.analysis.comparison.metrics import BY_NAME
from bench.spec.claim import Metric

PAGE = (DOCS / "metrics.md").read_text(encoding="utf-8")
BODY, _, SOURCES = PAGE.partition("## Sources")
OF_A_SPLIT = re.compile(
    r"^(best_|selected_|final_)?(train|validation|test)_(top5_)?(?=accuracy|loss|precision|recall|f1|cal)"
)
SPOKEN = {"train_images_per_second": "train_throughput", "latency_p95": "p95", "latency_p99": "p99"}


@pytest.mark.parametrize("name", sorted({*BY_NAME, *get_args(Metric)}))
def test_every_metric_is_explained(name):
    """Whatever can be claimed or compared: under its name, or that without the split it is of."""
    known = set(re.findall(r"\*\*([\w]+)\*\*", BODY))
    assert {name, OF_A_SPLIT.sub("", name), SPOKEN.get(name)} & known


def test_every_source_is_listed():
    """With its title; and none that nothing refers to."""
    text = " ".join(BODY.split())
    listed = [
        re.match(r"(\w+).*? (\d{4})[a-z]?, \*", line)
        for line in SOURCES.strip().removeprefix("- ").split("\n- ")
    ]
    assert all(listed)
    for source in listed:
        assert re.search(rf"{source[1]}[^();]{{0,40}} {source[2]}", text), source[0]
    assert set(re.findall(r"\b(?:19|20)\d\d\b", text)) == {source[2] for source in listed}
