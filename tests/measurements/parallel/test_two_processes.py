"""Two processes over gloo: they end where one process ends that has the same batches."""

import pytest
import torch
from pair import in_pair
from small_training import all_cases

from bench.measurements.parallel import ALONE

EXACT = ("plain", "tiny last batch", "normed", "normed, tiny last batch", "averaged")
"""What two processes compute as one does, but for the order of sums."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """What each of the two says, after all cases."""
    return in_pair("small_training:everything", tmp_path_factory.mktemp("pair"))


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one process says."""
    return all_cases(ALONE, tmp_path_factory.mktemp("alone"))


@pytest.mark.parametrize("case", EXACT)
def test_weights_and_statistics_are_those_of_one_process(pair, alone, case):
    """After two epochs of the same global batches; the last is uneven, or has fewer images than ranks."""
    for name, value in alone[case]["state"].items():
        found = torch.tensor(pair[0][case]["state"][name])
        torch.testing.assert_close(found, torch.tensor(value), rtol=1e-4, atol=1e-5, msg=name)


@pytest.mark.parametrize("case", EXACT)
def test_reported_figures_are_those_of_all_images(pair, alone, case):
    """Loss and accuracy in training and on every split, of which one has fewer images than ranks."""
    for found, expected in zip(pair[0][case]["history"], alone[case]["history"], strict=True):
        assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("case", [*EXACT, "per process", "resumed"])
def test_all_processes_hold_the_same_network(pair, case):
    """Bit for bit, buffers included, although only the first one read a seed or a checkpoint that counts."""
    first, second = (answers[case] for answers in pair)
    assert first["state"] == second["state"]
    assert first["history"] == second["history"]


def test_batch_norm_per_process_is_another_training(pair, alone):
    """Statistics over a share are others than those over the batch: the record has to say which."""
    first = alone["per process"]["state"]["body.1.running_mean"]
    assert pair[0]["per process"]["state"]["body.1.running_mean"] != pytest.approx(first, rel=1e-4)


def test_only_the_first_process_writes(pair):
    """One checkpoint, and the generation before it."""
    assert pair[0]["plain"]["files"][0] == "0.previous.pt"
    assert not any(name.startswith("1") for name in pair[1]["plain"]["files"])


def test_a_training_is_taken_up_from_the_checkpoint_of_the_first(pair):
    """It ends with the same bits as one that was never stopped, slow weights included."""
    assert pair[0]["resumed"]["resumed"] == 1
    assert pair[0]["resumed"]["state"] == pair[0]["averaged"]["state"]
    assert pair[0]["resumed"]["processes"] == [2, 2]


def test_all_processes_notice_divergence(pair, alone):
    """In the same epoch as one process would, so that none waits for another."""
    assert pair[0]["diverging"] == pair[1]["diverging"] == alone["diverging"]


def test_scaling_is_timed_in_turns(pair):
    """Together at the global batch, one at its share and one at the whole; rank 0 has the figures."""
    (facts, _), (other, _) = (answers["timed"] for answers in pair)
    assert other is None
    sizes = {name: facts[name]["batch_size"] for name in ("together", "one_at_share", "one_at_batch")}
    assert sizes == {"together": 8, "one_at_share": 4, "one_at_batch": 8}
    assert min(facts[name]["visits"] for name in sizes) >= 3


def test_timing_leaves_the_weights_as_they_were(pair):
    """In every process; batch norm's statistics included."""
    assert [same for _, same in (answers["timed"] for answers in pair)] == [True, True]
