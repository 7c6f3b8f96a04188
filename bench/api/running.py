"""`bench.run`: what the command of that name does, for a program or a notebook."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.api.run import Place, Run
from bench.commands.buildable import refuse_unbuildable
from bench.commands.conduct import conduct
from bench.commands.interruption import terminable
from bench.commands.job import Job, Written
from bench.commands.run import show_summary
from bench.execution.local import LocalEngine
from bench.spec import Suite
from bench.toml_text import toml_value


def run(  # noqa: PLR0913 - one argument an option, as on the command line
    suite: Place | Suite | Mapping[str, Any],
    *,
    dataset: str | None = None,
    data_root: Place | None = None,
    runs_dir: Place = "runs",
    device: str | None = None,
    engine: str | None = None,
    only: str | Iterable[str] = (),
    settings: Mapping[str, Any] | None = None,
    fresh: bool = False,
    progress: bool = True,
) -> Run:
    """Train and measure every architecture of a suite, and write the report. Resumes what was interrupted.

    Args:
        suite: A TOML file, the name of a suite that ships, a `bench.Suite`, or a dict of its keys.
        dataset: Use this dataset instead; claims become not comparable.
        data_root: Where datasets are looked for first.
        runs_dir: Where run directories are kept.
        device: "auto", "cpu", "cuda", "cuda:1" or "mps".
        engine: "local" or "ray", as `execution.engine`.
        only: Label or labels of the architectures to run. Default: all.
        settings: Keys that differ, with dots: `{"recipe.epochs": 5}`.
        fresh: Forget earlier results of these trials.
        progress: Whether to show how it goes.

    Returns:
        The run; a trial that failed has a record that says why, and does not stop the others.

    Raises:
        bench.errors.BenchError: The suite is wrong, data are missing, or nothing can be written.
        KeyboardInterrupt: It was interrupted; the same call continues where it stopped.
    """
    overrides = tuple(f"{key}={toml_value(value)}" for key, value in (settings or {}).items())
    console = _console(quiet=not progress)
    if isinstance(suite, str | os.PathLike):
        written = Written.read(os.fspath(suite), overrides)
    else:
        written = Written.built(suite, overrides)
        overrides = ()  # its text holds the settings
    job = Job.of(
        written, dataset=dataset, device=device, engine=engine, only=_labels(only), overrides=overrides
    )
    root = None if data_root is None else Path(data_root)
    in_main_thread = threading.current_thread() is threading.main_thread()
    with terminable() if in_main_thread else nullcontext(), LocalEngine(root) as local:
        refuse_unbuildable(local, job.info.suite, root, console)
        directory, interrupted = conduct(
            job, local, data_root=root, runs_dir=Path(runs_dir), fresh=fresh, serve=False, console=console,
            conclude=lambda _: None,
        )  # fmt: skip
    if interrupted:
        raise KeyboardInterrupt("interrupted; the same call continues where it stopped")
    if progress and not console.is_jupyter:  # a notebook shows what is returned
        show_summary(directory, console)
    return Run(directory)


def _labels(only: str | Iterable[str]) -> tuple[str, ...]:
    return (only,) if isinstance(only, str) else tuple(only)


def _console(*, quiet: bool) -> Console:
    """Where progress goes; without widgets a notebook gets plain lines, of which it makes one output."""
    console = Console(quiet=quiet)
    if console.is_jupyter and find_spec("ipywidgets") is None:
        console = Console(quiet=quiet, force_jupyter=False)
    return console
