"""Kill a real run at any moment, continue it, and compare what it leaves with an undisturbed run."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch

from bench.store import REPORT_FILE, Run
from bench.store.checkup import examine

PATIENCE = 600
"""Seconds until a run that neither ends nor gets anywhere fails the test."""

TIMINGS = {"rounds.csv", "latency_calls.csv"}
CLOCK_FILES = {".lock", "bench.log", "log.txt", REPORT_FILE, *TIMINGS}
"""Hold times, processes, or what was tried in vain."""

CLOCK_COLUMNS = {"train_seconds", "train_images_per_second"}
CLOCK_KEYS = {
    "started_at", "finished_at", "created_at", "environment", "train_seconds", "evaluation_seconds",
    "train_images_per_second", "certificate", "throughput", "latency", "phases", "peaks", "resumed", "sha256",
    "epochs.csv", "command", "watch", *TIMINGS,
}  # fmt: skip
"""What a clock decides, or tells of the interruptions themselves."""


@dataclass
class Place:
    """A working directory: the suite, its runs, its cache of images."""

    home: Path
    options: tuple[str, ...] = ()

    def start(self):
        """Begin or continue the run, in a process group of its own."""
        environment = {**os.environ, "BENCH_CACHE": str(self.home / "cache"), "OMP_NUM_THREADS": "1"}
        with (self.home / "output.txt").open("a") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "bench.cli", "run", "killed.toml", *self.options],
                cwd=self.home, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip

    def finish(self):
        """Let the run end by itself."""
        code = self.start().wait(PATIENCE)
        assert code == 0, (self.home / "output.txt").read_text()[-3000:]

    @property
    def run(self):
        """The run directory; None before there is one."""
        return next((path.parent for path in self.home.glob("runs/*/*/run.json")), None)

    def wrote(self, pattern, since=0.0):
        """Whether such a file in the run is newer than a moment; one that vanishes meanwhile is none."""
        for path in self.home.glob(f"runs/*/*/{pattern}"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime >= since:
                    return True
        return False

    @property
    def finished(self):
        """Whether every trial has its record."""
        run = self.run
        planned = len(json.loads((run / "run.json").read_bytes())["plan"]) if run else 1
        return len(list(self.home.glob("runs/*/*/trials/*/record.json"))) == planned

    def forget(self):
        """Back to before the first command."""
        for name in ("runs", "cache"):
            shutil.rmtree(self.home / name, ignore_errors=True)


MOMENTS = {
    "starting": lambda place, began: True,
    "decoding images": lambda place, began: any((place.home / "cache").glob("datasets/.building-*")),
    "training": lambda place, began: place.wrote("trials/*/layers.csv", began),
    "writing a checkpoint": lambda place, began: place.wrote("trials/*/.checkpoint.pt*.part"),
    "between epochs": lambda place, began: place.wrote("trials/*/checkpoint.pt", began),
    "writing tables": lambda place, began: place.wrote("trials/*/.*.csv.*.part"),
    "measuring": lambda place, began: place.wrote("trials/*/predictions.csv", began),
    "writing a record": lambda place, began: place.wrote("trials/*/.record.json.*.part"),
    "between trials": lambda place, began: place.wrote("trials/*/record.json", began),
    "rendering": lambda place, began: place.finished,
    "writing the report": lambda place, began: place.wrote(f".{REPORT_FILE}.*.part"),
}
"""What can be seen of a run from outside, in the order in which it happens."""

DELAYS = {"starting": 8.0, "training": 3.0, "between epochs": 2.0, "between trials": 2.0, "rendering": 2.0}
"""Seconds for which a moment lasts about; the others last for milliseconds."""


def kill_at(place, moment, draw):
    """Start the run and kill it at that moment or somewhat later.

    Returns:
        Whether there was something left to kill; false when the run ended first, as it should.
    """
    began = time.time() - 0.01  # a file system's clock may lag behind
    process = place.start()
    end = time.monotonic() + PATIENCE
    while process.poll() is None and not MOMENTS[moment](place, began):
        assert time.monotonic() < end, f"neither ended nor came to: {moment}"
        time.sleep(0.0005)
    later = time.monotonic() + draw.uniform(0, DELAYS.get(moment, 0.01))
    while process.poll() is None and time.monotonic() < later:
        time.sleep(0.0005)
    if process.poll() is not None:
        assert process.returncode == 0, (place.home / "output.txt").read_text()[-3000:]
        return False
    victim = draw.choice((os.kill, os.killpg))  # the driver alone, whose worker must not outlive it; or both
    victim(process.pid, signal.SIGKILL)
    process.wait()
    return True


def damages(place):
    """What `bench doctor` calls broken after a kill; nothing may ever be."""
    if place.run is None:
        return []
    return [finding for finding in examine(place.run, REPORT_FILE) if finding.state == "broken"]


def records(place):
    """The bytes of each finished record."""
    run = place.run
    found = run.glob("trials/*/record.json") if run else ()
    return {path.parent.name: path.read_bytes() for path in found if b'"status": "done"' in path.read_bytes()}


def differences(ours, theirs):
    """Everything in which two finished runs differ, other than by a clock."""
    mine, other = ours.run, theirs.run
    names = {
        place: {
            path.relative_to(place).as_posix()
            for path in place.rglob("*")
            if path.is_file() and path.name not in CLOCK_FILES and ".tfevents." not in path.name
        }
        for place in (mine, other)
    }
    found = [f"only in one of them: {name}" for name in names[mine] ^ names[other]]
    common = sorted(names[mine] & names[other])
    for name in common:
        found += _unlike(_content(mine / name), _content(other / name), name)
    assert len(Run.open(mine).records()) == len(Run.open(mine).info.plan)
    return found


def _unlike(one, other, where):
    """The places in which two contents differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [place for key in one for place in _unlike(one[key], other[key], f"{where}: {key}")]
    return [] if one == other else [where]


def _content(path):
    """What of a file no clock decides."""
    if path.suffix == ".json":
        return _without_clock(json.loads(path.read_bytes()))
    if path.name == "epochs.csv":
        with path.open(newline="") as file:
            return [
                {key: value for key, value in row.items() if key not in CLOCK_COLUMNS}
                for row in csv.DictReader(file)
            ]
    if path.suffix == ".pt":
        return _comparable(torch.load(path, weights_only=True))
    if path.suffix == ".sha256":
        return None  # of a checkpoint, which has times in it
    return path.read_bytes()


def _without_clock(value):
    if isinstance(value, dict):
        return {key: _without_clock(item) for key, item in value.items() if key not in CLOCK_KEYS}
    return [_without_clock(item) for item in value] if isinstance(value, list) else value


def _comparable(value):
    """The state of a training: each tensor as its type, shape and bits."""
    if isinstance(value, torch.Tensor):
        return str(value.dtype), tuple(value.shape), value.contiguous().numpy().tobytes()
    if isinstance(value, dict):
        return {key: _comparable(item) for key, item in value.items() if key not in CLOCK_KEYS}
    return [_comparable(item) for item in value] if isinstance(value, list | tuple) else value
