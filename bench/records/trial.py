"""The record of one trial."""

from __future__ import annotations

from typing import Any, Literal

from bench.plan import Trial
from bench.records.conditions import Choices, DataFacts, InitialFacts
from bench.records.distribution import DistributionFacts
from bench.records.memory import LargestBatchFacts, MemoryFacts
from bench.records.peaks import PeakFacts
from bench.records.profile import ProfileFacts
from bench.records.speed import LatencyFacts, PhaseFacts, ThroughputFacts
from bench.records.splits import SplitFacts
from bench.records.static import StaticFacts
from bench.records.training import TrainingFacts
from bench.spec import Model

SCHEMA_VERSION: Literal[1] = 1


Status = Literal["done", "failed", "diverged", "interrupted"]


class TrialRecord(Model):
    """Everything known about one trial; written last and atomically, so that its presence means: finished."""

    schema_version: Literal[1] = SCHEMA_VERSION
    trial: Trial
    trial_id: str
    status: Status
    reason: str | None = None
    """Why it is not "done", in one or a few lines."""
    log_tail: str = ""
    """The last lines of its log, where it failed; without the places of files."""
    started_at: str
    """ISO 8601, UTC."""
    finished_at: str
    """ISO 8601, UTC."""
    environment: dict[str, Any]
    """Libraries, git revision, CPU features; see bench.environment."""
    choices: Choices | None = None
    data: DataFacts | None = None
    distribution: DistributionFacts | None = None
    """How several processes trained together; None: one process trained."""
    initial: InitialFacts | None = None
    """Where initial weights came from, when not from the seed alone."""
    static: StaticFacts | None = None
    training: TrainingFacts | None = None
    splits: tuple[SplitFacts, ...] = ()
    """Every split after the last epoch; no validation where the test set serves as such."""
    throughput: tuple[ThroughputFacts, ...] = ()
    latency: LatencyFacts | None = None
    phases: PhaseFacts | None = None
    profile: ProfileFacts | None = None
    peaks: PeakFacts | None = None
    """What the device can do at best; where throughput was measured."""
    memory: tuple[MemoryFacts, ...] = ()
    largest_batch: tuple[LargestBatchFacts, ...] = ()
    unmeasured: dict[str, str] = {}
    """Measurements that failed after the training, and why; everything else is kept."""
    files: dict[str, str] = {}
    """SHA-256 of every table beside the record, by file name."""
