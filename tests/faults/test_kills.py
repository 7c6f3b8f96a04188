"""SIGKILL at any moment of a real run: the same command ends with the same numbers and weights."""

import random
from collections import Counter

import pytest
from fuzzing import LONG
from kills import MOMENTS, Place, damages, differences, kill_at, records

SUITE = """
title = "Killed"
[dataset]
{dataset}
[recipe]
epochs = 3
batch_size = 32
optimizer = {{ name = "sgd", lr = 0.05 }}
schedule = {{ name = "onecycle" }}
augment = ["crop", "hflip"]
deterministic = true
seeds = [0, 1]
[[architectures]]
label = "Plain"
name = "plain_cnn"
args = {{ width = 4 }}
{more}
[execution]
threads = 1
[measure]
throughput = {throughput}
memory = false
convergence = {{ targets = [0.2] }}
gradient_flow = true
"""

RESIDUAL = """
[[architectures]]
label = "Residual"
name = "cifar_resnet20"
"""

DIGITS = 'name = "digits"\nlimit = 200\nimage_size = 16\nchannels = 3'
CIFAR10 = 'name = "cifar10"\nlimit = 200'

SPEED = "{ batch_sizes = [8], seconds = 0.05 }"


def suite(dataset):
    """In the long form with a second network, and with measurements after training to be killed in."""
    more, throughput = (RESIDUAL, SPEED) if LONG else ("", "false")
    return SUITE.format(dataset=dataset, more=more, throughput=throughput)


IN_CI = (
    "decoding images",
    "writing a checkpoint",
    "between epochs",
    "writing a record",
    "writing the report",
)

SEED = 20


@pytest.mark.parametrize(
    ("dataset", "kills"),
    [
        pytest.param(DIGITS, 4 * len(MOMENTS) if LONG else len(IN_CI), id="digits"),
        pytest.param(CIFAR10, 2 * len(MOMENTS), id="cifar10", marks=pytest.mark.real_data),
    ],
)
@pytest.mark.timeout(3600)
def test_kills_leave_no_trace(tmp_path, record_property, dataset, kills):
    """In every phase; after each kill nothing is damaged, and what was finished is as it was."""
    if dataset == CIFAR10 and not LONG:
        pytest.skip("the long form alone: tox -e faults")
    undisturbed, killed = (Place(tmp_path / name) for name in ("undisturbed", "killed"))
    for place in (undisturbed, killed):
        place.home.mkdir()
        (place.home / "killed.toml").write_text(suite(dataset))
    undisturbed.finish()

    draw, counted, finished = random.Random(SEED), Counter(), {}
    while counted.total() < kills:
        for moment in MOMENTS if LONG else IN_CI:
            if not kill_at(killed, moment, draw):  # it was over before that moment came
                break
            counted[moment] += 1
            assert damages(killed) == [], moment
            assert records(killed).items() >= finished.items(), moment
            finished = records(killed)
        killed.finish()
        assert differences(undisturbed, killed) == []
        killed.forget()
        finished = {}
    record_property("kills", dict(counted))
