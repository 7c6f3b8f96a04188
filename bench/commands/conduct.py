"""One run from its first trial to its report: what `bench run` and `bench.run` have in common."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from bench.commands.interruption import TerminatedError
from bench.commands.job import Job
from bench.commands.progress.bars import Bars
from bench.commands.progress.lines import Lines
from bench.commands.progress.live import LiveReport, serve_on, served
from bench.commands.progress.taken_over import taken_over
from bench.commands.progress.watchers import Watchers
from bench.execution.adoption import adopt
from bench.execution.choice import engine_of, forget
from bench.execution.drive import drive
from bench.execution.engine import Engine, ParallelEngine
from bench.execution.journal import Journal
from bench.execution.local import LocalEngine
from bench.execution.run_log import RUN_LOG, logged, logging_to
from bench.plan import Plan
from bench.store import Run
from bench.store.links import refuse_links_outside
from bench.store.lock import RunLock


def conduct(  # noqa: PLR0913 - each is a choice of its own
    job: Job,
    local: LocalEngine,
    *,
    data_root: Path | None,
    runs_dir: Path,
    fresh: bool,
    serve: bool,
    console: Console,
    conclude: Callable[[Run], None],
) -> tuple[Run, bool]:
    """Run what is left of a job, and write the report.

    Args:
        job: What to run.
        local: The engine of this machine, which runs the trials unless the suite asks for another.
        data_root: Where datasets are looked for first.
        runs_dir: Where run directories are kept.
        fresh: Whether earlier results of these trials are forgotten.
        serve: Whether the report is served meanwhile, and afterwards until Ctrl-C.
        console: Takes progress.
        conclude: Called when the report is written.

    Returns:
        The run, and whether Ctrl-C ended it early.

    Raises:
        TerminatedError: A scheduler wants the process to end; there was no time for a report.
        BenchError: Data are missing, or the run directory cannot be written; finished trials are kept.
    """
    folder = Run.folder_of(runs_dir, job.info)
    refuse_links_outside(folder)  # before anything is written through one
    with ExitStack() as working:
        for context in (RunLock(folder), logging_to(folder / RUN_LOG), logged(job.info.command)):
            working.enter_context(context)
        directory = Run.create(runs_dir, job.info, job.text)
        directory.sweep()
        if fresh:
            for trial in job.chosen:
                directory.remove(trial)
                forget(job.info.suite.execution, directory, trial)
        else:
            for line in taken_over(adopt(directory, job.chosen, data_root, local.where)):
                console.print(line, highlight=False, markup=False, soft_wrap=True)
        page = LiveReport(directory, console)
        with served(page, console) if serve else nullcontext():
            with engine_of(job.info.suite.execution, local, data_root, directory) as engine:
                interrupted = _execute(directory, job.chosen, engine, console, page)
            _write_report(directory, data_root, console)
            conclude(directory)
            working.close()
            if serve and not interrupted:
                serve_on(page, console)
    return directory, interrupted


def _execute(
    directory: Run, chosen: Plan, engine: Engine | ParallelEngine, console: Console, page: LiveReport
) -> bool:
    """Run the trials; true when Ctrl-C ended it early.

    Raises:
        TerminatedError: A scheduler wants the process to end.
    """
    # In a notebook, bars are widgets.
    draws = console.is_terminal or (console.is_jupyter and find_spec("ipywidgets") is not None)
    display = Bars(console, chosen) if draws else Lines(console, chosen)
    try:
        with display:
            drive(directory, chosen, engine, Watchers(display, page, Journal()))
    except TerminatedError:
        raise
    except KeyboardInterrupt:
        return True
    return False


def _write_report(directory: Run, data_root: Path | None, console: Console) -> None:
    import reports  # noqa: PLC0415 - plotly and pandas are not needed to train
    from bench.commands.example_images import keep_examples  # noqa: PLC0415

    if without := keep_examples(directory, data_root):
        console.print(f"no example images: {without}", soft_wrap=True, highlight=False, markup=False)
    reports.write_report(directory)
