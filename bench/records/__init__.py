"""What a trial leaves behind: frozen, versioned, and enough to make every table without torch."""

from bench.records.certificate import Certificate
from bench.records.conditions import Choices, DataFacts, Decisions, InitialFacts, Layout, Variant
from bench.records.distribution import DistributionFacts, ScalingFacts
from bench.records.examples import Answer, Example, ExamplesFacts
from bench.records.memory import BatchTry, LargestBatchFacts, MemoryFacts, MemoryParts
from bench.records.peaks import BandwidthPeak, MatrixPeak, PeakFacts
from bench.records.profile import ProfileFacts
from bench.records.speed import LatencyFacts, PhaseFacts, ThroughputFacts
from bench.records.splits import Split, SplitFacts
from bench.records.static import Finding, StaticFacts
from bench.records.tables import (
    ACTIVATION_COLUMNS,
    CALIBRATION_COLUMNS,
    CALL_COLUMNS,
    CLASS_COLUMNS,
    CONFUSION_COLUMNS,
    EPOCH_COLUMNS,
    FIRST_STEPS_COLUMNS,
    GRADIENT_COLUMNS,
    LANDSCAPE_COLUMNS,
    LAYER_COLUMNS,
    LAYER_TIME_COLUMNS,
    LEDGER_COLUMNS,
    PREDICTION_COLUMNS,
    PROFILE_COLUMNS,
    PROFILE_PHASE_COLUMNS,
    ROUND_COLUMNS,
)
from bench.records.training import EpochFacts, TrainingFacts
from bench.records.trial import SCHEMA_VERSION, Status, TrialRecord

__all__ = [
    "ACTIVATION_COLUMNS",
    "CALIBRATION_COLUMNS",
    "CALL_COLUMNS",
    "CLASS_COLUMNS",
    "CONFUSION_COLUMNS",
    "EPOCH_COLUMNS",
    "FIRST_STEPS_COLUMNS",
    "GRADIENT_COLUMNS",
    "LANDSCAPE_COLUMNS",
    "LAYER_COLUMNS",
    "LAYER_TIME_COLUMNS",
    "LEDGER_COLUMNS",
    "PREDICTION_COLUMNS",
    "PROFILE_COLUMNS",
    "PROFILE_PHASE_COLUMNS",
    "ROUND_COLUMNS",
    "SCHEMA_VERSION",
    "Answer",
    "BandwidthPeak",
    "BatchTry",
    "Certificate",
    "Choices",
    "DataFacts",
    "Decisions",
    "DistributionFacts",
    "EpochFacts",
    "Example",
    "ExamplesFacts",
    "Finding",
    "InitialFacts",
    "LargestBatchFacts",
    "LatencyFacts",
    "Layout",
    "MatrixPeak",
    "MemoryFacts",
    "MemoryParts",
    "PeakFacts",
    "PhaseFacts",
    "ProfileFacts",
    "ScalingFacts",
    "Split",
    "SplitFacts",
    "StaticFacts",
    "Status",
    "ThroughputFacts",
    "TrainingFacts",
    "TrialRecord",
    "Variant",
]
