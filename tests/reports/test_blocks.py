"""Where params and MACs lie: the treemap, and the same sums as a table."""

from __future__ import annotations

import pytest
from factories import document, write_run

from bench.analysis.tables import load
from bench.records import LAYER_COLUMNS
from reports.elements import Fold
from reports.figures.blocks import MOST_NODES, block_map
from reports.sections.blocks import MOST_ROWS
from reports.sections.cost import cost


def network(tmp_path, layers):
    """Tables of a run of one network with these layers, each (name, type, params, macs)."""
    run = write_run(
        tmp_path,
        document(architectures=[{"label": "<b>A</b>", "name": "plain_cnn"}], claims=[],
                 recipe={"epochs": 2, "seeds": [0]}),
    )  # fmt: skip
    store = run.trial(run.info.plan[0])
    record = store.read_record()
    rows = [(name, kind, "8x8x8", params, macs, 1) for name, kind, params, macs in layers]
    store.write_table("layers", LAYER_COLUMNS, [dict(zip(LAYER_COLUMNS, row, strict=True)) for row in rows])
    store.write_record(record.model_copy(update={"files": store.digests()}))
    return load(run)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A stem, two blocks and a head whose norm has no MACs."""
    layers = [("stem", "Conv2d", 10, 400), ("body.0.conv", "Conv2d", 60, 300), ("body.0.norm", "Norm", 5, 0),
              ("body.1.conv", "Conv2d", 65, 300), ("head", "Linear", 60, 0)]  # fmt: skip
    return network(tmp_path_factory.mktemp("runs"), layers)


def drawn(tables, size):
    """The treemap of the only network."""
    (trace,) = (trace for trace in block_map(tables)["traces"] if trace["when"]["size"] == size)
    return trace


@pytest.mark.parametrize(("size", "total"), [("params", 200), ("macs", 1000)])
def test_children_fill_their_block(tables, size, total):
    """As plotly's "total" asks: the values below a block add up to its own; the root is the network."""
    trace = drawn(tables, size)
    values = dict(zip(trace["ids"], trace["values"], strict=True))
    assert values["/"] == total
    for parent in set(trace["parents"]) - {""}:
        inside = [values[id_] for id_, of in zip(trace["ids"], trace["parents"], strict=True) if of == parent]
        assert sum(inside) == values[parent]


def test_the_shade_is_the_share_of_the_other_quantity(tables):
    """A head with params and no MACs is light where params are the area, and absent where MACs are."""
    params, macs = drawn(tables, "params"), drawn(tables, "macs")
    shade = dict(zip(params["ids"], params["marker"]["colors"], strict=True))
    assert (shade["/head"], shade["/stem"], shade["/body"]) == (0.0, 0.4, 0.6)
    assert "/head" not in macs["ids"]


def test_every_tile_says_its_share(tables):
    """A number alone would name nothing, so the block above it is named, too."""
    trace = drawn(tables, "params")
    label = dict(zip(trace["ids"], trace["labels"], strict=True))
    assert (label["/head"], label["/body"], label["/body.0"]) == (
        "head<br>30.0%",
        "body 65.0%",
        "body.0 32.5%",
    )


def test_names_are_plain_text(tables):
    """Plotly reads a little HTML, which a label may hold."""
    assert drawn(tables, "params")["labels"][0] == "&lt;b&gt;A&lt;/b&gt;"


def test_blocks_are_summed_in_a_table(tables):
    """The treemap in numbers, for those who cannot see or press it; layers stay in a table of their own."""
    (fold,) = (part for part in cost(tables).parts if isinstance(part, Fold))
    blocks, layers = fold.parts
    cells = {row[0].text: [cell.text for cell in row[1:6]] for row in blocks.rows}
    assert cells == {
        "body": ["3", "130", "65.0\u202f%", "600", "60.0\u202f%"],
        "body.0": ["2", "65", "32.5\u202f%", "300", "30.0\u202f%"],
        "body.1": ["1", "65", "32.5\u202f%", "300", "30.0\u202f%"],
    }
    assert len(layers.rows) == 5


def test_a_flat_network_has_no_blocks_to_sum(tmp_path):
    """The layers alone."""
    (fold,) = (part for part in cost(network(tmp_path, [("a", "Conv2d", 1, 1)])).parts if part.kind == "fold")
    assert len(fold.parts) == 1


def test_a_network_of_thousands_of_layers_is_cut_at_a_level(tmp_path):
    """Sums stay whole: what is deeper is inside the blocks that are shown."""
    layers = [
        (f"stage{s}.{b}.conv{c}", "Conv2d", 1, 2) for s in range(3) for b in range(60) for c in range(9)
    ]
    tables = network(tmp_path, layers)
    trace = drawn(tables, "params")
    assert len(trace["ids"]) == 1 + 3 + 180 <= MOST_NODES
    assert trace["values"][0] == len(layers)
    (fold,) = (part for part in cost(tables).parts if part.kind == "fold")
    assert len(fold.parts[0].rows) == 3 <= MOST_ROWS


def test_a_quantity_that_is_nowhere_has_no_treemap(tmp_path):
    """A network without any MACs shows its params."""
    tables = network(tmp_path, [("norm", "Norm", 7, 0)])
    assert [trace["when"]["size"] for trace in block_map(tables)["traces"]] == ["params"]
