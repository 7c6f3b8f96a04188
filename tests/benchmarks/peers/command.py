"""The command line: every network, every round, every contender, in alternation; then tables and JSON."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import fresh_process
from rich.console import Console

from bench import environment
from peers import tables
from peers.contender import MODULES
from peers.setting import Setting

WIDE = 110
"""Columns that the tables need; a log has fewer of its own accord."""
NETWORKS = "plain_cnn,shared_resnet,resnet18,vgg_cifar"


def main(arguments: list[str] | None = None) -> None:
    """Measure what the arguments ask for."""
    asked, console = parse(arguments), Console()
    console.width = max(console.width, WIDE)
    networks, contenders = asked.networks.split(","), asked.contenders.split(",")
    header(console, asked)
    results: tables.Results = []
    for turn, setting in turns(asked, networks):
        for name in contenders:
            task = {"contender": name, "setting": asdict(setting)}
            measured = fresh_process.measure("peers.contender", task, threads=setting.threads)
            place = {"network": setting.network, "round": turn, "seed": setting.seed, "contender": name}
            results.append({**place, **measured})
            rate = measured.get("images_per_second")
            said = f"{rate:,.0f} images/s" if rate else measured.get("missing", "nothing was timed")
            console.print(f"round {turn}  {setting.network}  {name}: {said}", style="dim")
            if asked.json:  # after every measurement, so that nothing is lost when it is interrupted
                save(asked.json, asked, results)
    for network in networks:
        console.print(tables.speed(results, network, math.inf if asked.quiet is None else asked.quiet))
        if asked.accuracy:
            console.print(tables.accuracy(results, network, asked.accuracy))


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--networks", default=NETWORKS, help="names from `bench list architectures`, separated by commas")
    add("--contenders", default=",".join(MODULES), help=f"some of: {', '.join(MODULES)}")
    add("--dataset", default="cifar10", help="a catalogue name; colour images")
    add("--data-root", help="where the dataset is looked for first")
    add("--limit", type=int, help="at most this many training and test images")
    add("--rounds", type=int, default=3, help="how often each contender is measured (accuracy: seeds)")
    add("--seconds", type=float, default=15.0, help="seconds of training timed in each measurement")
    add("--warm-up", type=float, default=5.0, help="seconds of training before them, not timed")
    add("--workers", type=int, default=2, help="worker processes of the peers' DataLoaders, usually 2 to 4")
    add("--threads", type=int, default=environment.usable_cores(), help="CPU threads of every contender")
    add("--amp", action="store_true", help="torchvision's and timm's loops in bfloat16, as their --amp")
    add("--accuracy", type=int, metavar="EPOCHS",
        help="train so many epochs with one seed a round, and compare accuracies, too")  # fmt: skip
    add("--quiet", type=float, metavar="CORES",
        help="leave out of the tables what was measured while others kept more cores busy")  # fmt: skip
    add("--json", type=Path, help="write all measurements to this file")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.contenders.split(",")) - set(MODULES):
        parser.error(f"unknown contenders: {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
    return asked


def turns(asked: argparse.Namespace, networks: list[str]) -> Iterator[tuple[int, Setting]]:
    """Round by round, so that a slow hour of the machine hits all networks and contenders alike."""
    for turn in range(asked.rounds):
        for network in networks:
            yield (
                turn,
                Setting(
                    network=network,
                    dataset=asked.dataset,
                    data_root=asked.data_root,
                    limit=asked.limit,
                    seed=turn,
                    epochs=asked.accuracy,
                    seconds=asked.seconds,
                    warm_up=asked.warm_up,
                    workers=asked.workers,
                    threads=asked.threads,
                    amp=asked.amp,
                ),
            )


def header(console: Console, asked: argparse.Namespace) -> None:
    """Say on what and how it is measured."""
    facts = environment.describe()
    versions = ", ".join(f"{name} {version}" for name, version in facts["libraries"].items())
    how = f"all of {asked.accuracy} epochs" if asked.accuracy else (
        f"{asked.seconds:g} s after {asked.warm_up:g} s of warm-up"
    )  # fmt: skip
    console.print(
        f"{facts['cpu']}, {asked.threads} threads, {asked.workers} workers a DataLoader\n{versions}"
    )
    console.print(f"{asked.dataset}, batch 128; training alone, {how}; a fresh process for each measurement")


def save(file: Path, asked: argparse.Namespace, results: tables.Results) -> None:
    """Write everything that was measured so far, and on what."""
    options = {name: value for name, value in vars(asked).items() if name not in ("json", "data_root")}
    file.write_text(
        json.dumps({"environment": environment.describe(), "options": options, "results": results}, indent=1)
    )
