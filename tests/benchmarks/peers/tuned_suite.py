"""This suite with layout and compiler chosen for each network by measuring."""

from __future__ import annotations

from peers import this_suite
from peers.setting import Setting
from peers.stopwatch import Stopwatch


def train(setting: Setting, stopwatch: Stopwatch) -> float:
    """Run the trial with `memory_format = "auto"` and `compile = "auto"`; its test accuracy."""
    trial = setting.trial()
    auto = trial.execution.model_copy(update={"memory_format": "auto", "compile": "auto"})
    return this_suite.run(trial.model_copy(update={"execution": auto}), setting, stopwatch)
