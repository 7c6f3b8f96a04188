"""What several processes need that one does not: a device each, images for each, steps that all can do."""

import pytest
from small_training import Plain, normed

from bench.data.share import Share
from bench.errors import SuiteError
from bench.execution.making import _eager_batches, device_of, possible
from bench.execution.team.seat import Seat
from bench.measurements.parallel import ALONE, Replicas
from bench.plan import Trial
from bench.records import Decisions
from bench.spec import Dataset, Execution, Recipe

SEAT = Seat(
    rank=1, size=4, local_rank=1, local_size=4, node=0, nodes=1, restarts=0, session="s", attempt=1
)  # fmt: skip
FOUR = Replicas(Share(1, 4))
COMPILED = Decisions(compile_variant="compiled with CUDA graphs")


def trial(batch_size=8, **execution):
    return Trial(
        label="N", architecture="n", dataset=Dataset(), recipe=Recipe(batch_size=batch_size, seeds=(0,)),
        execution=Execution(**execution),
    )  # fmt: skip


@pytest.mark.parametrize("device", ["cuda:1", "mps"])
def test_a_device_that_cannot_be_shared_is_refused(device):
    """One GPU named in the suite would be that of all processes."""
    with pytest.raises(SuiteError, match="under torchrun"):
        device_of(trial(device=device), SEAT)


def test_a_batch_has_an_image_for_each_process():
    """Or the suite is refused, with both numbers."""
    with pytest.raises(SuiteError, match="3 images for 4 processes"):
        device_of(trial(3, device="cpu"), SEAT)


@pytest.mark.parametrize(
    ("images", "share", "variant", "sizes"),
    [
        (100, Share(), "eager", [8, 4]),
        (96, Share(), "eager", [8]),
        (5, Share(), "eager", [5]),
        (100, Share(), "compiled", [4]),
        (100, Share(1, 4), "eager", [2, 1]),
        (99, Share(1, 4), "eager", [2, 3]),
    ],
    ids=["both", "complete", "incomplete", "compiled", "shared", "repeated"],
)
def test_batches_that_the_network_sees_as_it_is(images, share, variant, sizes):
    """Complete ones unless they are compiled, and the incomplete last one of an epoch."""
    assert _eager_batches(images, trial(), Decisions(compile_variant=variant), share) == sizes


def test_synchronised_batch_norm_is_not_compiled():
    """The record says why; alone, and without batch norm, nothing stands against it."""
    found = possible(COMPILED, trial(), normed(), FOUR)
    assert found.compile_variant == "eager"
    assert "batch norm" in found.compile_failures["compiled with CUDA graphs"]
    assert possible(COMPILED, trial(), normed(), ALONE) == COMPILED


@pytest.mark.parametrize(
    ("model", "batch_norm"),
    [(Plain, "synchronised"), (normed, "per_process")],
    ids=["without", "per process"],
)
def test_several_processes_do_without_cuda_graphs(model, batch_norm):
    """Gradients are exchanged while the step runs; compiling is possible."""
    assert possible(COMPILED, trial(batch_norm=batch_norm), model(), FOUR).compile_variant == "compiled"
