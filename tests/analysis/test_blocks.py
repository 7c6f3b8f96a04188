"""Layers added up to blocks."""

from __future__ import annotations

import pandas as pd
import pytest

from bench.analysis.blocks import SUMS, block_table

LAYERS = pd.DataFrame(
    [("stem", "Conv2d", 10.0, 100.0, 5.0), ("body.0.conv", "Conv2d", 20.0, 50.0, 4.0),
     ("body.0.norm", "BatchNorm2d", 2.0, 0.0, 0.0), ("body.1", "Conv2d", 30.0, 25.0, 3.0),
     ("body", "Attention", 1.0, 7.0, 2.0), ("(model)", "Network", 0.0, 3.0, 1.0)],
    columns=["layer", "type", *SUMS],
).assign(label="A")  # fmt: skip


@pytest.fixture(scope="module")
def nodes():
    """The tree, by name."""
    return block_table(LAYERS).set_index("block")


@pytest.mark.parametrize("quantity", SUMS)
def test_the_outermost_blocks_add_up_to_the_network(nodes, quantity):
    """Nothing is lost and nothing counted twice."""
    assert nodes[nodes["level"] == 1][quantity].sum() == LAYERS[quantity].sum()


def test_a_block_holds_what_lies_in_it(nodes):
    """Its own share, where it computes something itself, included."""
    assert dict(nodes.loc["body", ["params", "macs", "layers", "parent"]]) == {
        "params": 53.0, "macs": 82.0, "layers": 4, "parent": "",
    }  # fmt: skip
    assert nodes.loc["body.0", "params"] == 22.0
    assert nodes.loc["body.0.conv", "parent"] == "body.0"


def test_layers_and_blocks_are_told_apart(nodes):
    """A layer keeps its type; a module that contains layers is a block, even if it computes itself."""
    assert dict(nodes["type"]) == {
        "stem": "Conv2d", "body": "block", "body.0": "block", "body.0.conv": "Conv2d",
        "body.0.norm": "BatchNorm2d", "body.1": "Conv2d", "(model)": "Network",
    }  # fmt: skip


def test_a_run_without_layers_has_no_blocks():
    """The table is there, and empty."""
    assert block_table(LAYERS[:0]).empty
