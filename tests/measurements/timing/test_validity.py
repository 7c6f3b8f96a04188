"""Certificates: what the machine did while something was timed."""

import math
import multiprocessing
import time
from dataclasses import replace

import pytest

from bench.measurements.device import Device
from bench.measurements.sensors import processor
from bench.measurements.sensors.processor import Counters
from bench.measurements.timing import validity
from bench.measurements.timing.validity import Watch, drift, spread
from bench.spec import Execution

DEVICE = Device.chosen(Execution(device="cpu", precision="float32"))


@pytest.fixture
def counted(monkeypatch):
    """Hands out counters and clock readings instead of the machine's."""

    def use(*readings):
        totals = iter(readings)
        clock = iter(range(1000))
        monkeypatch.setattr(validity.processor, "counters", lambda: next(totals))
        monkeypatch.setattr(validity.time, "perf_counter", lambda: 10.0 * next(clock))

    return use


def test_work_of_others_is_what_is_not_our_own(counted):
    """Two stretches of ten seconds; what happens between them does not count."""
    counted(
        Counters(own=0, busy=100, stolen=1, preemptions=0, quota=0, throttles=3),
        Counters(own=8, busy=113, stolen=2, preemptions=50, quota=0.5, throttles=3),
        Counters(own=50, busy=500, stolen=90, preemptions=900, quota=7, throttles=9),
        Counters(own=60, busy=517, stolen=91, preemptions=1050, quota=7, throttles=10),
    )
    watch = Watch(DEVICE)
    for _ in range(2):
        with watch:
            pass
    certificate = watch.certificate([1.0, 1.0], drift=0.0)
    assert watch.share_of_others() == pytest.approx(certificate.other_cores / certificate.cores)
    assert certificate.seconds == 20
    assert certificate.own_cores == pytest.approx(18 / 20)
    assert certificate.other_cores == pytest.approx((13 - 8 + 17 - 10) / 20)
    assert certificate.stolen_cores == pytest.approx(2 / 20)
    assert certificate.preemptions_per_second == pytest.approx(200 / 20)
    assert certificate.quota_seconds == pytest.approx(0.5)
    assert certificate.cpu_throttle_events == 1
    assert "CPU throttled" in certificate.doubts


def test_what_was_watched_before_an_interruption_counts(counted):
    """Ten busy seconds in a process that was stopped, and ten quiet ones in the next."""
    counted(
        Counters(own=0, busy=0, stolen=None, preemptions=0, quota=0, throttles=0),
        Counters(own=4, busy=14, stolen=None, preemptions=30, quota=1, throttles=2),
        Counters(own=0, busy=7, stolen=0, preemptions=0, quota=0, throttles=0),
        Counters(own=9, busy=16, stolen=0, preemptions=10, quota=0, throttles=0),
    )
    stopped, continued = Watch(DEVICE), Watch(DEVICE)
    with stopped:
        pass
    continued.resume(stopped.state())
    with continued:
        pass
    certificate = continued.certificate([1.0, 1.0], drift=0.0)
    assert certificate.seconds == 20
    assert certificate.own_cores == pytest.approx((4 + 9) / 20)
    assert certificate.other_cores == pytest.approx(10 / 20)
    assert certificate.stolen_cores is None
    assert certificate.preemptions_per_second == pytest.approx(40 / 20)
    assert certificate.cpu_throttle_events == 2


def test_nothing_watched_before_an_interruption_adds_nothing():
    """A training that was stopped in its first epoch has no certificate by its checkpoint alone."""
    continued = Watch(DEVICE)
    continued.resume(Watch(DEVICE).state())
    assert continued.certificate([], drift=None) is None


def test_what_cannot_be_read_is_named(counted, monkeypatch):
    """None in the certificate, and listed."""
    nothing = Counters(own=0, busy=None, stolen=None, preemptions=None, quota=None, throttles=None)
    counted(nothing, nothing)
    monkeypatch.setattr(validity.processor, "megahertz", lambda: None)
    monkeypatch.setattr(validity.processor, "celsius", lambda: None)
    monkeypatch.setattr(validity.environment, "load_average", lambda: None)
    watch = Watch(DEVICE)
    with watch:
        pass
    certificate = watch.certificate([1.0], drift=None)
    assert certificate.unreadable == tuple(validity.READINGS.values())
    assert certificate.verdict == "good"
    assert watch.share_of_others() == 0


def test_a_time_too_short_for_the_ticks_tells_nothing_of_others():
    """Ten milliseconds a tick cannot be split."""
    watch = Watch(DEVICE)
    with watch:
        pass
    certificate = watch.certificate([1.0], drift=None)
    assert certificate.other_cores is None
    assert "work of other processes" in certificate.unreadable


def test_nothing_watched_is_not_certified():
    """There is no certificate without a measurement."""
    assert Watch(DEVICE).certificate([], drift=None) is None


def test_clocks_are_the_first_and_the_last(counted, monkeypatch):
    """Two readings a stretch."""
    same = Counters(own=0, busy=1, stolen=0, preemptions=0, quota=0, throttles=0)
    counted(*[same] * 4)
    readings = iter([2000.0, 2100.0, 1900.0, 1700.0])
    monkeypatch.setattr(validity.processor, "megahertz", lambda: next(readings))
    watch = Watch(DEVICE)
    for _ in range(2):
        with watch:
            pass
    certificate = watch.certificate([1.0], drift=None)
    assert certificate.cpu_megahertz == (2000.0, 1700.0)
    assert certificate.doubts == {"CPU clock changed": "2000 to 1700 MHz"}


def test_spread_and_drift_by_hand():
    """Quartiles of 1 to 5 are 2 and 4; the last quarter of eight samples is twice the first."""
    assert spread([3.0, 1.0, 2.0, 5.0, 4.0]) == pytest.approx(2 / 3)
    assert spread([1.0]) == 0
    assert drift([1.0, 1.0, 9.0, 9.0, 9.0, 9.0, 2.0, 2.0]) == pytest.approx(1.0)


@pytest.mark.skipif(processor.counters().busy is None, reason="the system has no /proc/stat")
def test_another_busy_process_is_seen():
    """A process that computes all the time shows as work of others, and not as our own."""
    other = multiprocessing.get_context("spawn").Process(target=_compute, daemon=True)
    other.start()
    watch = Watch(DEVICE)
    try:
        time.sleep(1)  # it has begun
        with watch:
            time.sleep(1)
    finally:
        other.kill()
        other.join()
    certificate = watch.certificate([1.0], drift=None)
    assert certificate.other_cores > certificate.own_cores
    assert certificate.own_cores < 0.5


def _compute():
    while True:
        math.sqrt(2)


def test_a_device_that_other_trials_could_use_makes_a_timing_doubtful(counted):
    """Who runs the trials says so; the certificate keeps it."""
    nothing = Counters(own=0, busy=0, stolen=0, preemptions=0, quota=0, throttles=0)
    for exclusive, kinds in ((True, set()), (False, {"shared device"})):
        counted(nothing, nothing)
        watch = Watch(replace(DEVICE, exclusive=exclusive))
        with watch:
            pass
        certificate = watch.certificate([1.0, 1.0], drift=0.0)
        assert certificate.exclusive is exclusive
        assert {kind for kind in certificate.doubts if kind == "shared device"} == kinds
