"""The command line: which growth to measure, over which sizes."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fresh_process
from rich.console import Console

from bench import environment
from bench.spec import Execution
from scaling import tables

WIDE = 110
"""Columns that the tables need; a log has fewer of its own accord."""

Row = tables.Row


def main(arguments: list[str] | None = None) -> None:
    """Measure what the arguments ask for."""
    asked, console = parse(arguments), Console()
    console.width = max(console.width, WIDE)
    results = {name: MEASUREMENTS[name](console, asked) for name in asked.what.split(",")}
    if asked.json:
        facts = {"environment": environment.describe(), "results": results}
        asked.json.write_text(json.dumps(facts, indent=1))


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--what", default=",".join(MEASUREMENTS), help=f"some of: {','.join(MEASUREMENTS)}")
    add("--data-root", help="where datasets are looked for first")
    add("--limits", type=sizes, default="5000,10000,20000,40000", help="training images of CIFAR-10")
    add("--image-sizes", type=sizes, default="32,48,64,96", help="sides of generated images, in pixels")
    add("--networks-in-a-report", type=sizes, default="5,10,20,40", help="each has three seeds")
    add("--epochs-in-a-report", type=int, default=50, help="of each trial")
    add("--dataset", default="tiny_imagenet", help="of `streaming`")
    add("--memory-budget", type=value, help="of `streaming`: what execution.memory_budget is set to")
    add("--network", default="shared_resnet", help="what is trained")
    add("--rounds", type=int, default=3, help="of `streaming`, in alternation, and of `repeatability`")
    add(
        "--seconds",
        type=float,
        default=20.0,
        help="of `streaming`: seconds that are timed; a quarter each elsewhere",
    )
    add("--threads", type=int, default=environment.usable_cores(), help="CPU threads of the training process")
    add("--json", type=Path, help="write all measurements to this file")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.what.split(",")) - set(MEASUREMENTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    return asked


def sizes(text: str) -> tuple[int, ...]:
    """Numbers, separated by commas."""
    return tuple(map(int, text.split(",")))


def value(text: str) -> Any:
    """A value as a suite would hold it: a number where it is one, else text."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def train(asked: argparse.Namespace, dataset: dict[str, Any], **task: Any) -> Row:
    """One training in a fresh process."""
    execution = {"threads": asked.threads, **task.pop("execution", {})}
    place = {
        "network": asked.network,
        "data_root": asked.data_root,
        "dataset": dataset,
        "execution": execution,
    }
    return fresh_process.measure("scaling.training_cost", place | task, threads=asked.threads)


def dataset_size(console: Console, asked: argparse.Namespace) -> list[Row]:
    """Seconds an epoch and memory over the number of images."""
    rows = [
        {"images": limit, **train(asked, {"name": "cifar10", "limit": limit}, epochs=2)}
        for limit in asked.limits
    ]
    tables.growth(console, f"{asked.network} on CIFAR-10: second epoch", rows, "images", ("epoch_seconds",))
    tables.memory(console, rows)
    return rows


def image_size(console: Console, asked: argparse.Namespace) -> list[Row]:
    """Seconds an epoch over the pixels of an image."""
    rows = [
        {"pixels": side**2, **train(asked, {"name": "shapes", "limit": 2000, "image_size": side}, epochs=2)}
        for side in asked.image_sizes
    ]
    tables.growth(
        console, f"{asked.network} on 2,000 shapes: second epoch", rows, "pixels", ("epoch_seconds",)
    )
    return rows


def trials(console: Console, asked: argparse.Namespace) -> list[Row]:
    """Seconds to plan and to report over the number of trials."""
    tasks = (
        {"networks": count, "epochs": asked.epochs_in_a_report, "repeats": 3}
        for count in asked.networks_in_a_report
    )
    rows = [fresh_process.measure("scaling.report_cost", task, threads=1) for task in tasks]
    title = f"Trials of {asked.epochs_in_a_report} epochs: processor seconds"
    tables.growth(console, title, rows, "trials", ("plan_seconds", "report_seconds"))
    return rows


def streaming(console: Console, asked: argparse.Namespace) -> list[Row]:
    """Speed and memory of a dataset in memory, and below a memory budget."""
    budgets: list[Any] = [None]
    if "memory_budget" not in Execution.model_fields:
        console.print("This version has no execution.memory_budget: only training in memory is measured.")
    elif asked.memory_budget is None:
        console.print("Without --memory-budget, only training in memory is measured.")
    else:
        budgets.append(asked.memory_budget)
    rows = list(_rounds(asked, budgets))
    tables.streaming(console, rows)
    return rows


def _rounds(asked: argparse.Namespace, budgets: list[Any]) -> Iterator[Row]:
    for turn in range(asked.rounds):
        for budget in budgets:
            execution = {} if budget is None else {"memory_budget": budget}
            row = train(
                asked, {"name": asked.dataset}, execution=execution,
                warm_up=asked.seconds / 4, seconds=asked.seconds,
            )  # fmt: skip
            yield {"round": turn, "memory_budget": budget, **row}


def repeatability(console: Console, asked: argparse.Namespace) -> list[Row]:
    """Throughputs measured twice in a row: whether each median lies in the other's interval."""
    rows = []
    for turn in range(asked.rounds):
        for mode in ("train", "inference"):
            task = {"network": asked.network, "mode": mode, "seconds": asked.seconds / 4}
            measured = fresh_process.measure("scaling.repeated_throughput", task, threads=asked.threads)
            rows.append({"round": turn, "mode": mode, **measured})
    tables.repeatability(console, rows)
    return rows


MEASUREMENTS: dict[str, Callable[[Console, argparse.Namespace], list[Row]]] = {
    "dataset_size": dataset_size,
    "image_size": image_size,
    "trials": trials,
    "streaming": streaming,
    "repeatability": repeatability,
}
