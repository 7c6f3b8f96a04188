"""Counts of networks, and the gate on them."""

from __future__ import annotations

import os
from typing import Any

import pandas as pd

from bench.api.run import Place
from bench.commands import check as check_command
from bench.commands import lock as lock_command
from bench.locks.verdicts import Outcome
from bench.measurements.counting.inspection import COLUMNS, look


def inspect(
    name: str,
    *,
    input_shape: tuple[int, int, int] = (3, 224, 224),
    classes: int = 1000,
    depth: int | None = None,
    **args: Any,
) -> pd.DataFrame:
    """Count a network layer by layer, without allocating its weights.

    Args:
        name: A registered name, "torchvision:NAME", "timm:NAME" or "module:function".
        input_shape: C, H, W of one image; H equals W.
        classes: Classes of the task.
        depth: Sum layers below this depth of nesting. Default: every layer.
        **args: Further arguments of the network's constructor.

    Returns:
        A row a layer, with params, MACs and activations per image; `attrs["totals"]` holds the sums, and
        `attrs["findings"]` what looks wrong.

    Raises:
        bench.errors.SuiteError: The network cannot be built or counted.
    """
    found = look(name, input_shape, classes=classes, depth=depth, args=args)
    frame = pd.DataFrame(found.rows, columns=list(COLUMNS))
    frame.attrs.update(totals=found.totals, findings=list(found.findings))
    return frame


def check(*suites: Place) -> Outcome:
    """Compare suites with their lock files; `passed` of the outcome is false when a count differs.

    Raises:
        bench.errors.BenchError: A suite or a lock file cannot be read, or there is no lock file.
    """
    return check_command.check(*(os.fspath(suite) for suite in suites))


def lock(*suites: Place) -> None:
    """Write a lock file beside each suite: the counts that `check` will hold it to.

    Raises:
        bench.errors.BenchError: A suite is wrong, a network cannot be built, or nothing can be written.
    """
    lock_command.main(*(os.fspath(suite) for suite in suites))
