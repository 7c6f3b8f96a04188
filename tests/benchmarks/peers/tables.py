"""What was measured, as tables for the terminal."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from fresh_process import OTHERS
from rich.markup import escape
from rich.table import Table

from bench.analysis.statistics import mean_interval, paired_difference
from peers.contender import BASELINE, MODULES, SUITE
from peers.summary import Rounds, Spread, rates, ratios

Results = list[dict[str, Any]]
"""One for each network, round and contender, with `network`, `round`, `contender`, `seed`."""


def of_network(results: Results, network: str, quiet: float) -> Rounds:
    """Images per second of one network, by round and contender, of measurements that were quiet enough."""
    rounds: Rounds = defaultdict(dict)
    for result in results:
        disturbed = (result.get(OTHERS) or 0) > quiet
        if result["network"] == network and result.get("images_per_second") and not disturbed:
            rounds[result["round"]][result["contender"]] = result["images_per_second"]
    return dict(rounds)


def speed(results: Results, network: str, quiet: float = math.inf) -> Table:
    """Images per second, ratios to the baseline and of the suite to each contender, and who disturbed."""
    table = Table(title=escape(f"{network}: training, images per second; median [min, max] over rounds"))
    for column in ("contender", "precision"):
        table.add_column(column, no_wrap=True)
    for column in ("images/s", "ratio to the first", f"{SUITE} is faster by", OTHERS):
        table.add_column(column, no_wrap=True, justify="right")
    rounds = of_network(results, network, quiet)
    for name in MODULES:
        mine = [one for one in results if (one["network"], one["contender"]) == (network, name)]
        if not mine:
            continue
        rate = rates(rounds, name)
        if rate is None:
            table.add_row(name, "-", escape(mine[0].get("missing", "nothing was timed")))
            continue
        loads = [one[OTHERS] for one in mine if one.get(OTHERS) is not None]
        others = Spread.of(loads) if loads else None
        cells = [ratios(rounds, name, BASELINE), ratios(rounds, SUITE, name)]
        table.add_row(
            name, mine[0]["precision"], escape(rate.text(",.0f")),
            *("" if cell is None else escape(cell.text(".2f")) for cell in cells),
            "" if others is None else escape(others.text(".1f")),
        )  # fmt: skip
    return table


def accuracy(results: Results, network: str, epochs: int) -> Table:
    """Test accuracy after equal epochs, and the suite's difference from each peer, paired by seed."""
    table = Table(title=f"{network}: test accuracy after {epochs} epochs, mean and 95 % interval over seeds")
    for column in ("contender", "seeds", "accuracy", f"{SUITE} minus it", "verdict"):
        table.add_column(column, no_wrap=True)
    by_contender: dict[str, dict[int, float]] = defaultdict(dict)
    for result in results:
        if result["network"] == network and result.get("test_accuracy") is not None:
            by_contender[result["contender"]][result["seed"]] = result["test_accuracy"]
    for name, values in by_contender.items():
        interval = mean_interval(values.values())
        row = [name, str(interval.n), percent(interval.mean, interval.low, interval.high)]
        if name != SUITE and SUITE in by_contender:
            difference = paired_difference(by_contender[SUITE], values)
            words = {"first": f"{SUITE} is higher", "second": "the peer is higher"}
            row += [
                percent(difference.mean, difference.low, difference.high, sign="+"),
                words.get(difference.verdict, difference.verdict),
            ]
        table.add_row(*row)
    return table


def percent(mean: float, low: float, high: float, sign: str = "") -> str:
    """A mean with its interval, where there is one."""
    inner = "" if math.isnan(low) else f" [{100 * low:{sign}.2f}, {100 * high:{sign}.2f}]"
    return escape(f"{100 * mean:{sign}.2f} %{inner}")
