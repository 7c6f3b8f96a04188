"""Images per second of training and inference: warmed up, synchronised, in blocks, in several visits."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.measurements.device import Device
from bench.measurements.failure import reason
from bench.measurements.sensors.energy import Meter
from bench.measurements.subject import Subject
from bench.measurements.timing.repeatability import repeat_interval
from bench.measurements.timing.steps import Mode, Step, Workload, seconds_of
from bench.measurements.timing.validity import Watch
from bench.records import ROUND_COLUMNS, ThroughputFacts
from bench.spec import Throughput

MOST_VISITS, FEWEST_VISITS = 5, 3
"""How often each setting is visited; the fewer, the wider the interval, so only slow steps get fewer."""
BLOCKS = 4
"""Timed blocks of a visit; fewer where a step takes longer than its share of the time."""
WARM_UP = 0.2
"""Share of a visit's time that goes by before it is timed, and the least of the first warm-up."""
LONGEST_WARM_UP = 30.0
"""Seconds."""


def measure(subject: Subject) -> dict[str, object]:
    """Write rounds.csv; the `throughput` field of a record, and which settings the network cannot do."""
    assert subject.trial.throughput is not None
    settings, failures = _timed(subject.workload, subject.trial.throughput)
    rounds = (row for setting in settings for row in setting.rounds())
    subject.store.write_table("rounds", ROUND_COLUMNS, rounds)
    return {"throughput": tuple(setting.facts() for setting in settings), "unmeasured": failures}


def time_workload(
    workload: Workload, wanted: Throughput
) -> tuple[tuple[ThroughputFacts, ...], dict[str, str]]:
    """Time every combination of mode and batch size that the suite asks for.

    The settings take turns, so that each is seen at moments as far apart as the whole measurement lasts.
    Training steps change the model's weights; measure after everything that needs them.

    Returns:
        What was timed; and for settings that the network cannot do, their names and why. Batch norm over a
        single value cannot train, for example, and a large batch may not fit.
    """
    settings, failures = _timed(workload, wanted)
    return tuple(setting.facts() for setting in settings), failures


def _timed(workload: Workload, wanted: Throughput) -> tuple[list[Setting], dict[str, str]]:
    settings = [
        Setting(workload, mode, batch_size, wanted.seconds)
        for mode in wanted.modes
        for batch_size in wanted.batch_sizes
    ]
    failures: dict[str, str] = {}
    for visit in range(MOST_VISITS):
        for setting in settings:
            if visit >= setting.wanted_visits or setting.name in failures:
                continue
            try:
                setting.visit()
            except Exception as error:  # noqa: BLE001 - recorded, and said in the report
                failures[setting.name] = reason(error)
    return [setting for setting in settings if setting.name not in failures], failures


@dataclass(eq=False)
class Setting:
    """One mode at one batch size, and what its visits have found so far."""

    workload: Workload
    mode: Mode
    batch_size: int
    seconds: float
    """All visits together, after the first warm-up."""
    wanted_visits: int = MOST_VISITS
    steps: int = 1
    """Steps of a block."""
    visits: list[list[float]] = field(default_factory=list)
    """Seconds a step, of each block of each visit."""
    energy: float | None = None
    """Joules of all blocks."""

    @property
    def name(self) -> str:
        """Names the setting among the measurements of a trial."""
        return f"throughput of {self.mode} at batch size {self.batch_size}"

    def __post_init__(self) -> None:
        self.watch = Watch(self.workload.device)
        self.meter = Meter.of(self.workload.device.handle, self.watch.gpu)

    def visit(self) -> None:
        """Warm up and time some blocks, with inputs and optimiser made anew, as in a second run."""
        device = self.workload.device
        step = self.workload.step(self.mode, self.batch_size)
        share = self.seconds / MOST_VISITS
        if self.visits:
            _run(step, device, share * WARM_UP)
        else:
            estimate = warm_up(step, device, self.seconds)
            self.wanted_visits = MOST_VISITS if estimate < share else FEWEST_VISITS
            self.steps = max(1, round(share * (1 - WARM_UP) / BLOCKS / estimate))
        blocks: list[float] = []
        with self.watch:  # outside of which clocks are read, for up to 80 ms, while the device idles
            before = self.meter.joules() if self.meter else None
            while len(blocks) < BLOCKS and sum(blocks) * self.steps < share * (1 - WARM_UP):
                blocks.append(seconds_of(step, self.steps, device) / self.steps)
            after = self.meter.joules() if self.meter else None
        self.visits.append(blocks)
        if before is not None and after is not None:
            self.energy = (self.energy or 0.0) + after - before

    def rounds(self) -> Iterator[dict[str, object]]:
        """Rows of rounds.csv."""
        for visit, blocks in enumerate(self.visits, 1):
            for seconds in blocks:
                yield {"mode": self.mode, "batch_size": self.batch_size, "visit": visit,
                       "steps": self.steps, "seconds": f"{seconds:.6g}"}  # fmt: skip

    def facts(self) -> ThroughputFacts:
        """For the record."""
        median, fastest, slowest = repeat_interval(self.visits)
        allowance = 1 + self.watch.share_of_others()
        times = [seconds for blocks in self.visits for seconds in blocks]
        change = statistics.median(self.visits[-1]) / statistics.median(self.visits[0]) - 1
        images = len(times) * self.steps * self.batch_size
        return ThroughputFacts(
            mode=self.mode,
            batch_size=self.batch_size,
            images_per_second=self.batch_size / median,
            low=self.batch_size / (slowest * allowance),
            high=self.batch_size / fastest * allowance,
            milliseconds=median * 1000,
            blocks=len(times),
            steps_per_block=self.steps,
            visits=len(self.visits),
            drift=change,
            joules_per_image=self.energy / images if self.energy else None,
            energy_source=self.meter.source if self.meter else None,
            certificate=self.watch.certificate(times, drift=change, reach=slowest / median - 1),
        )


def warm_up(step: Step, device: Device, target: float) -> float:
    """Run until two consecutive timings agree within 10 %; returns seconds per step, of the fastest timing.

    The fastest, since it decides how long a block is: after a timing that was interrupted, blocks would be so
    short that an interruption hits one as a whole or not at all.

    Args:
        step: What to time.
        device: Where it runs.
        target: Seconds that the measurement will take; a fifth of it is the least warm-up.
    """
    started, previous, fastest, count = time.perf_counter(), 0.0, math.inf, 1
    while True:
        seconds = seconds_of(step, count, device) / count
        if not previous:  # a first step may have been compiled for longer than any warm-up takes
            started = time.perf_counter()
        elapsed = time.perf_counter() - started
        fastest = min(fastest, seconds)
        steady = abs(seconds - previous) <= 0.1 * previous
        if (steady and elapsed > target * WARM_UP) or elapsed > LONGEST_WARM_UP:
            return fastest
        previous, count = seconds, max(1, min(count * 2, round(target / 10 / seconds)))


def _run(step: Step, device: Device, least: float) -> None:
    """Run for `least` seconds, one step at least, which allocates."""
    started = time.perf_counter()
    seconds_of(step, 1, device)
    while time.perf_counter() - started < least:
        seconds_of(step, 1, device)
