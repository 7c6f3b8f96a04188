"""`bench init [FILE]`: write a commented suite, by a few questions or by flags."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rich.prompt import IntPrompt, Prompt

from bench.commands.suite_text import Data, has_schema, suite_text
from bench.errors import DONE, SuiteError

T = TypeVar("T")

SMALLEST = 32
"""Pixels; smaller images are enlarged to this, since most networks halve them five times."""
FOLDER_SIZE = 64
"""Pixels of images that come in any size: affordable on a CPU, and easily changed."""
DIGITS = Data("digits", image_size=SMALLEST)
"""The default, which needs no download; said here so that writing it does not wait for torch."""
ARCHITECTURES = ("plain_cnn", "shared_resnet")
EPOCHS = 20
SEEDS = 3


def init(  # noqa: PLR0913 - one argument an option
    file: Path,
    *,
    architectures: tuple[str, ...] = (),
    dataset: str | None = None,
    epochs: int | None = None,
    seeds: int | None = None,
    yes: bool = False,
    force: bool = False,
) -> int:
    """Write a suite; what is not given is asked at a terminal, else a default is taken.

    Args:
        file: Where to.
        architectures: Names of networks, registered or from elsewhere.
        dataset: A name of the catalogue; "folder:PATH" or "parquet:PATH" for one's own images.
        epochs: Passes over the training set.
        seeds: Trainings of each network.
        yes: Ask nothing.
        force: Replace a file that is there.

    Raises:
        SuiteError: The file is there, or a name is unknown.
        KeyboardInterrupt: The input ended before the last question.
    """
    if file.is_dir():
        raise SuiteError(f"{file}: is a folder; name a file, for example {file / 'suite.toml'}")
    if file.exists() and not force:
        raise SuiteError(f"{file}: is there already; name another file, or replace it with --force")
    asks = sys.stdin.isatty() and not yes
    data = _data(dataset) if dataset else None
    names = _names(architectures) if architectures else None
    if asks:
        try:
            data = data or _ask("Dataset (folder:PATH for your own)", DIGITS.name, _data)
            names = names or _ask(
                "Architectures, separated by spaces",
                " ".join(ARCHITECTURES),
                lambda text: _names(text.split()),
            )
            epochs = epochs or _ask_count("Epochs", EPOCHS)
            seeds = seeds or _ask_count("Seeds, each a training of every network", SEEDS)
        except EOFError as error:
            raise KeyboardInterrupt from error
    text = suite_text(
        data or DIGITS,
        names or ARCHITECTURES,
        epochs or EPOCHS,
        seeds or SEEDS,
        schema=has_schema(file.parent),
    )
    file.write_text(text, encoding="utf-8")
    print(f"{file}: written. `bench run {file} --dry-run` shows its plan, `bench run {file}` runs it.")
    return DONE


def _data(text: str) -> Data:
    """What the catalogue knows of a dataset.

    Raises:
        SuiteError: Unknown, or without a path where one is needed.
    """
    if text == DIGITS.name:
        return DIGITS
    from bench.data import catalogue  # noqa: PLC0415 - torch takes seconds to import

    name, _, path = text.partition(":")
    entry = catalogue.find(name)
    if entry.takes_path and entry.image_size is None and not path:
        raise SuiteError(f"dataset {name!r} needs a path: {name}:PATH")
    if path and not entry.takes_path:
        raise SuiteError(f"dataset {name!r} takes no path")
    side = entry.image_size or 0
    size = (FOLDER_SIZE if not side else SMALLEST) if side < SMALLEST else None
    return Data(name, path or None, size, augment=("crop", "hflip") if entry.channels == 3 else ())


def _names(wanted: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """The names, each checked.

    Raises:
        SuiteError: One is unknown or given twice.
    """
    if tuple(wanted) == ARCHITECTURES:
        return ARCHITECTURES
    import architectures  # noqa: PLC0415 - torch takes seconds to import

    for index, name in enumerate(wanted):
        architectures.find(name)
        if name in wanted[:index]:
            raise SuiteError(f"{name!r} is named twice; give it once, and copy its table in the suite")
    return tuple(wanted)


def _ask(question: str, default: str, read: Callable[[str], T]) -> T:
    """Ask until the answer can be read."""
    while True:
        try:
            return read(Prompt.ask(question, default=default).strip() or default)
        except SuiteError as error:  # noqa: PERF203 - a person is slower
            print(error)


def _ask_count(question: str, default: int) -> int:
    while (count := IntPrompt.ask(question, default=default)) < 1:
        print("At least 1.")
    return count
