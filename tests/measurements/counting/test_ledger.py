"""The ledger: every convention computed from the layers, and equal to the tool it is named after."""

from functools import partial

import pytest

import architectures
from bench.measurements.counting import count, count_built
from bench.measurements.counting.ledger import ledger
from bench.measurements.counting.peers import PEERS, with_measured
from bench.measurements.counting.weightless import build_weightless

IMAGENET = (3, 224, 224)


def build(name, side, classes=10, **args):
    return architectures.build(name, num_classes=classes, image_size=side, **args)


@pytest.fixture(scope="module")
def resnet50():
    return build("resnet50", 224, classes=1000)


@pytest.fixture(scope="module")
def rungs(resnet50):
    v1 = count_built(partial(build, "resnet50", 224, classes=1000, stride_on="1x1"), IMAGENET)
    found = ledger(count(resnet50, IMAGENET), {"v1": v1})
    return {rung.convention: rung for rung in with_measured(found, resnet50, IMAGENET)}


@pytest.mark.parametrize(
    ("convention", "unit", "figure"),
    [
        ("v1", "MACs", 3_857_973_248),
        ("convolution + linear", "MACs", 4_089_184_256),
        ("fvcore", "mixed", 4_111_512_576),
        ("thop of 2019", "mixed", 4_142_713_856),
        ("torch", "FLOPs", 8_178_368_512),
    ],
)
def test_the_rungs_of_resnet50_to_the_digit(rungs, convention, unit, figure):
    """Computed from the layers, and the same when the tool is run."""
    assert (rungs[convention].explained, rungs[convention].figure) == (figure, figure)
    assert rungs[convention].unit == unit


def test_the_terms_between_the_rungs(rungs):
    """Batch normalisation at two per element, and the average pool."""
    terms = rungs["fvcore"].terms
    assert terms["batch normalisation, 2 per element"] == 22_227_968
    assert terms["adaptive average pool, 1 per input"] == 100_352


def test_the_figure_of_2019_is_the_sum_of_its_terms(rungs):
    """Worked by hand: additions, normalisation, block outputs, pools, rounding."""
    terms = rungs["thop of 2019"].terms
    assert terms == {
        "MACs": 4_089_184_256,
        "additions of linear layers": 2047 * 1000,
        "batch normalisation, 4 per element": 2 * 22_227_968,
        "activation, 1 per element of its last call": 64 * 112**2
        + 3 * 256 * 56**2 + 4 * 512 * 28**2 + 6 * 1024 * 14**2 + 3 * 2048 * 7**2,
        "max pool, 1 per output and side of window": 3 * 64 * 56**2,
        "adaptive average pool, 1 per input and output": 2048 * (49 + 1),
        "rounding of a 32-bit float": -24,
    }  # fmt: skip


def test_activations_and_pooling_make_about_four_point_one_two(rungs):
    """What ptflops published when it counted modules once."""
    assert rungs["ptflops, modules once"].figure == pytest.approx(4.12e9, abs=5e6)


@pytest.mark.parametrize("tool", ["torchinfo", "ptflops", "thop"])
def test_installed_tools_are_explained_without_a_remainder(rungs, tool):
    """The tool's own figure equals the sum of its terms."""
    pytest.importorskip(tool)
    assert rungs[tool].measured is not None
    assert rungs[tool].unexplained == 0


@pytest.mark.parametrize(
    ("name", "args"),
    [("plain_cnn", {}), ("shared_resnet", {}), ("shared_resnet", {"head": "mlp", "softmax": True})],
)
@pytest.mark.parametrize("tool", PEERS)
def test_small_networks_with_biases_are_explained_too(tool, name, args):
    """Biases, fixed pools and a softmax add terms of their own."""
    pytest.importorskip(tool)
    model = build(name, 32, **args)
    rung = next(
        rung
        for rung in with_measured(ledger(count(model, (3, 32, 32))), model, (3, 32, 32))
        if rung.convention == tool
    )
    assert rung.unexplained == 0


def test_a_batch_of_two_looks_like_two_flops_a_mac(resnet50):
    """Torchinfo's "8.18 G mult-adds" of a torchinfo example are batch 2, not 2 x MACs."""
    torchinfo = pytest.importorskip("torchinfo")
    two = torchinfo.summary(resnet50, input_size=(2, *IMAGENET), verbose=0).total_mult_adds
    assert two / 1e9 == pytest.approx(8.18, abs=0.005)
    assert two != 2 * count(resnet50, IMAGENET).macs


def test_a_difference_that_no_term_explains_is_shown_as_unexplained():
    """Fvcore counts layer normalisation, which has no term here."""
    model = build("torchvision:vit_b_32", 224)
    rungs = with_measured(ledger(count(model, IMAGENET)), model, IMAGENET)
    fvcore = next(rung for rung in rungs if rung.convention == "fvcore")
    assert fvcore.unexplained == fvcore.measured - fvcore.explained != 0


def test_nothing_is_measured_where_no_tool_is_run():
    """The computed ledger needs no weights."""
    model = build_weightless(partial(build, "resnet18", 224))
    assert all(rung.unexplained == 0 and rung.measured is None for rung in ledger(count(model, IMAGENET)))
