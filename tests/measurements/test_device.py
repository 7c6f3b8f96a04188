"""The arithmetic of a device, as far as it can be set without one."""

import os

import pytest
import torch

from bench.measurements import device
from bench.measurements.device import Device

MATMUL, CUDNN = torch.backends.cuda.matmul, torch.backends.cudnn


@pytest.fixture
def flags():
    """What float32 means on CUDA is put back."""
    before = MATMUL.allow_tf32, CUDNN.allow_tf32
    yield
    MATMUL.allow_tf32, CUDNN.allow_tf32 = before


@pytest.mark.parametrize(("to_tf32", "precision"), [(True, "high"), (False, "highest")])
def test_older_and_newer_flags_say_the_same(flags, to_tf32, precision):
    """Torch raises where they differ, and torch.compile reads the older ones."""
    device._round_products(to_tf32=to_tf32)
    assert torch.get_float32_matmul_precision() == precision
    assert MATMUL.allow_tf32 is CUDNN.allow_tf32 is to_tf32
    if hasattr(MATMUL, "fp32_precision"):
        newer = MATMUL.fp32_precision, CUDNN.conv.fp32_precision, CUDNN.rnn.fp32_precision
        assert [value == "tf32" for value in newer] == [to_tf32] * 3


def test_products_may_repeat_in_every_trial_of_a_worker(flags, monkeypatch):
    """CuBLAS is told at its start, whatever the first trial wants: it does not listen later."""
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")  # so that it is put back
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    monkeypatch.setattr(torch.cuda, "set_device", lambda _: None)
    monkeypatch.setattr(CUDNN, "benchmark", CUDNN.benchmark)
    threads = torch.get_num_threads()
    Device(torch.device("cuda", 0), "float32", torch.channels_last).prepare(
        deterministic=False, threads=threads
    )
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
