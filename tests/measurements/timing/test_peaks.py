"""The device's peaks: which size and kernel win, measured once, and in the arithmetic of the trial."""

import statistics

import pytest
import torch

from bench.measurements.device import Device
from bench.measurements.timing import peaks
from bench.spec import Execution

CPU = Device.chosen(Execution(device="cpu", precision="float32"))


@pytest.fixture
def quick(monkeypatch):
    """Small matrices and arrays, so that the tests do not wait for a real peak."""
    monkeypatch.setattr(peaks, "SMALLEST", 16)
    monkeypatch.setattr(peaks, "LARGEST", 64)
    monkeypatch.setattr(peaks, "BLOCK_SECONDS", 1e-4)
    monkeypatch.setattr(peaks, "_array_bytes", lambda _: 1 << 16)
    peaks.device_peaks.cache_clear()
    yield
    peaks.device_peaks.cache_clear()


def test_the_fastest_size_wins(quick):
    """Sizes double up to the largest, and the peak is the best of their medians."""
    matrix = peaks.device_peaks(CPU, 1).matrix
    assert set(matrix.sweep) == {16, 32, 64}
    assert matrix.flops_per_second == max(matrix.sweep.values()) == matrix.sweep[matrix.size]
    assert matrix.low <= matrix.flops_per_second <= matrix.high


def test_work_of_others_is_kept_with_the_peak(quick, monkeypatch):
    """Every MFU is relative to it."""
    monkeypatch.setattr(peaks.Watch, "share_of_others", lambda _: 0.25)
    assert peaks.device_peaks(CPU, 1).share_of_others == 0.25


def test_rates_are_flops_and_bytes_per_second(quick, monkeypatch):
    """By hand: in a second, 2 n^3 FLOPs, 8 bytes an element for a copy and 12 for a triad."""
    monkeypatch.setattr(peaks, "_times", lambda *_: [1.0, 1.0, 1.0])
    monkeypatch.setattr(peaks, "LONGEST_PRODUCT", 100.0)
    found = peaks.device_peaks(CPU, 1)
    assert found.matrix.sweep == {16: 2 * 16**3, 32: 2 * 32**3, 64: 2 * 64**3}
    assert found.bandwidth.bytes_per_second == 12 * (1 << 14)
    assert found.bandwidth.kernel == "triad"
    assert found.bandwidth.array_bytes == 1 << 16


def test_slow_products_end_the_sweep(quick, monkeypatch):
    """A size that would take too long is not tried."""
    monkeypatch.setattr(peaks, "_times", lambda *_: [1.0])
    assert set(peaks.device_peaks(CPU, 1).matrix.sweep) == {16}


def test_the_best_round_counts(monkeypatch):
    """A disturbed round does not lower the peak, and an outlier within a round does not raise it."""
    rounds = iter([0.0, 0.01, *[3.0] * 5, 1.0, *[2.0] * 5, 0.1, *[5.0] * 6])
    monkeypatch.setattr(peaks, "seconds_of", lambda *_: next(rounds))
    times = peaks._times(lambda: None, CPU)
    assert statistics.median(times) * max(1, round(peaks.BLOCK_SECONDS / 0.01)) == 2.0


def test_all_networks_of_a_run_are_relative_to_the_same_peak(quick):
    """Measured once per device, precision and threads."""
    assert peaks.device_peaks(CPU, 1) is peaks.device_peaks(CPU, 1)
    assert peaks.device_peaks(CPU, 1) is not peaks.device_peaks(CPU, 2)


def test_products_are_in_the_precision_of_the_trial(quick, monkeypatch):
    """And the record says in which."""
    seen = []
    monkeypatch.setattr(peaks.torch, "mm", lambda left, right, out: seen.append(left.dtype) or out)
    device = Device.chosen(Execution(device="cpu", precision="bfloat16"))
    assert peaks.device_peaks(device, 1).matrix.precision == "bfloat16"
    assert set(seen) == {torch.bfloat16}


def test_arrays_are_far_larger_than_the_caches(monkeypatch):
    """Together, unless the machine has too little memory for that."""
    monkeypatch.setattr(peaks.resident_set, "largest_cache", lambda: 300 << 20)
    monkeypatch.setattr(peaks.resident_set, "available", lambda: 64 << 30)
    assert 3 * peaks._array_bytes(CPU) >= (peaks.CACHES * 300 << 20) - 3
    monkeypatch.setattr(peaks.resident_set, "available", lambda: 1 << 30)
    assert peaks._array_bytes(CPU) <= 1 << 26


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_cuda_moves_bytes_and_multiplies():
    """Bandwidth and FLOP/s of a device are far above those of a processor's core."""
    device = Device.chosen(Execution(device="cuda", precision="float32"))
    found = peaks.device_peaks(device, 1)
    assert found.matrix.flops_per_second > 1e12
    assert found.bandwidth.bytes_per_second > 1e11


def test_one_round_is_timed_however_slow_the_machine(monkeypatch):
    """Where warming up takes longer than all rounds may, there is still a figure."""
    monkeypatch.setattr(peaks, "ROUND_SECONDS", 0.0)
    assert len(peaks._times(lambda: None, CPU)) == peaks.BLOCKS
