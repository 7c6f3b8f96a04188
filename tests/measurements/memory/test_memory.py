"""Peak memory in a fresh process: parts that are known, growth with the batch, and failures as answers."""

import sys
from dataclasses import replace

import pytest
import torch

from bench.measurements.memory import inquiry, peak
from bench.measurements.memory.inquiry import Question, ask

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the resident set is read on Linux only")

MIB = 2**20
PIXELS = 64 * 64
CHANNELS = 32


def peaks(subject):
    """The facts of both modes."""
    return {fact.mode: fact for fact in peak.measure(subject)["memory"]}


def peak_at(subject, size, mode="train"):
    """Bytes at a batch size."""
    return ask(subject, Question(mode, size, allocator="returning")).peak_bytes


def test_parts_are_what_the_tensors_hold(make_subject):
    """Adam keeps two moments of each parameter, and a step count; inference keeps no such thing."""
    facts = peaks(make_subject())
    params = 4 * (3 * 9 * CHANNELS + CHANNELS + CHANNELS * 4 + 4)
    train, inference = facts["train"].parts, facts["inference"].parts
    assert train.params == train.gradients == inference.params == params
    assert 2 * params <= train.optimizer <= 2 * params + 4 * 4
    assert (inference.gradients, inference.optimizer) == (0, 0)
    assert train.inputs == 32 * 3 * PIXELS * 4


def test_the_peak_holds_the_activations_that_must_be_there(make_subject):
    """A convolution's output and its gradient in training, the output alone in inference, and little else."""
    subject = make_subject()
    output = 32 * CHANNELS * PIXELS * 4
    inputs = 32 * 3 * PIXELS * 4
    for mode, outputs in (("inference", 1), ("train", 2)):
        peak = peak_at(subject, 32, mode)
        assert outputs * output + inputs <= 1.02 * peak
        assert peak <= 1.25 * outputs * output + 3 * inputs + 4 * MIB


def test_the_peak_grows_with_the_batch(make_subject):
    """Four times the images take about four times the memory, since weights are negligible here."""
    subject = make_subject()
    small, large = peak_at(subject, 16), peak_at(subject, 64)
    assert 3 < large / small < 4.5


def test_a_second_process_finds_the_same(make_subject):
    """Nothing of the first is left in it."""
    subject = make_subject()
    assert peak_at(subject, 32) == pytest.approx(peak_at(subject, 32), rel=0.05)


@pytest.mark.parametrize("layout", ["contiguous", "channels last"])
def test_memory_is_that_of_the_layout_that_is_trained_in(make_subject, layout):
    """Which `memory_format = "auto"` has measured, and the suite does not say."""
    subject = make_subject("laid", execution={"memory_format": "auto"})
    wanted = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}[layout]
    subject.device = replace(subject.device, memory_format=wanted)
    assert ask(subject, Question("inference", 2, allocator="returning")).reason == f"ValueError: {layout}"


def test_exhaustion_is_an_answer_and_harms_nobody(make_subject):
    """Neither the worker nor the next process."""
    subject = make_subject()
    assert ask(subject, Question("train", 512, allocator="keeping", budget=64 * MIB)).exhausted
    assert ask(subject, Question("train", 8, allocator="keeping", budget=64 * MIB)).peak_bytes


@pytest.mark.parametrize(
    ("network", "reason"),
    [("raises", "ValueError: no such luck"), ("ends", "ended early"), ("interrupted", "SIGTERM")],
)
def test_a_network_that_fails_gives_its_reason(make_subject, network, reason):
    """In place of a peak; the next question is answered."""
    fact = peaks(make_subject(network))["train"]
    assert fact.peak_bytes is None
    assert reason in fact.reason
    assert peak_at(make_subject(), 8)


def test_what_a_network_prints_does_not_get_between_the_answers(make_subject):
    """Results do not travel over standard output."""
    assert peaks(make_subject("prints"))["train"].peak_bytes


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_cuda_reports_tensors_and_what_the_allocator_reserved(make_subject):
    """The second is never less than the first; the output of the convolution is in both."""
    inquiry._server.cache_clear()  # one that was started for another test sees no GPU
    fact = peaks(make_subject(device="cuda"))["train"]
    assert fact.reason is None
    assert fact.method == "device allocator"
    assert 32 * CHANNELS * PIXELS * 4 <= fact.peak_bytes <= fact.reserved_bytes
