"""A run directory on disk: written in steps that a crash cannot split, and refused when damaged."""

from bench.store.atomic import write_atomically
from bench.store.run import RUN_FILE, SUITE_FILE, Run, RunInfo, beside
from bench.store.trial import CHECKPOINT_FILE, LOG_FILE, RECORD_FILE, TAKEN_FILE, TrialStore, sha256

REPORT_FILE = "report.html"

__all__ = [
    "CHECKPOINT_FILE",
    "LOG_FILE",
    "RECORD_FILE",
    "REPORT_FILE",
    "RUN_FILE",
    "SUITE_FILE",
    "TAKEN_FILE",
    "Run",
    "RunInfo",
    "TrialStore",
    "beside",
    "sha256",
    "write_atomically",
]
