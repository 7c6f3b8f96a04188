"""`bench run`: from a suite to a finished report."""

from __future__ import annotations

import difflib
from contextlib import ExitStack, nullcontext
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import environment, errors
from bench.commands.bars import Bars
from bench.commands.interruption import TerminatedError, terminable
from bench.commands.lines import Lines
from bench.commands.live import LiveReport, serve_on, served
from bench.commands.watchers import Watchers
from bench.errors import SuiteError
from bench.execution.drive import drive
from bench.execution.journal import Journal
from bench.execution.local import LocalEngine, TrialFailedError
from bench.execution.messages import Message
from bench.execution.run_log import RUN_LOG, logged, logging_to
from bench.measurements.loggers.catalogue import require
from bench.pinning import pin
from bench.plan import Plan, make_plan, run_id, slug
from bench.spec import Suite
from bench.store import Run, RunInfo
from bench.store.lock import RunLock
from bench.suite_file import load_suite, suite_path

WIDE = 110
"""Columns of a terminal in which the whole summary fits."""


def run(  # noqa: PLR0913 - one argument an option
    suite_name: str,
    *,
    dataset: str | None = None,
    data_root: Path | None = None,
    runs_dir: Path = Path("runs"),
    device: str | None = None,
    only: tuple[str, ...] = (),
    fresh: bool = False,
    dry_run: bool = False,
    serve: bool = False,
    strict_claims: bool = False,
    settings: tuple[str, ...] = (),
) -> int:
    """Run a suite, or what is left of it, and write its report; returns the exit code."""
    console = Console()
    suite = _load(suite_name, dataset, device, settings)
    plan = pin(make_plan(suite))
    chosen = _choose(plan, only)
    require(suite.execution.loggers)
    with terminable(), LocalEngine(data_root) as engine:
        _check_architectures(engine, suite, data_root, console)
        if dry_run:
            console.print(_plan_table(chosen))
            return errors.DONE
        info = RunInfo(
            run_id=run_id(plan),
            suite_name=slug(suite_path(suite_name).stem),
            suite=suite,
            plan=plan,
            environment=environment.describe(),
            command=_command(suite_name, dataset, device, only, settings),
            created_at=environment.now(),
        )
        folder = Run.folder_of(runs_dir, info)
        with ExitStack() as working:
            for context in (RunLock(folder), logging_to(folder / RUN_LOG), logged(info.command)):
                working.enter_context(context)
            directory = Run.create(runs_dir, info, suite_path(suite_name).read_text(encoding="utf-8"))
            directory.sweep()
            if fresh:
                for trial in chosen:
                    directory.remove(trial)
            page = LiveReport(directory, console)
            with served(page, console) if serve else nullcontext():
                try:
                    interrupted = _execute(directory, chosen, engine, console, page)
                except TerminatedError:
                    # The scheduler kills what stays; `bench report` makes the page of it at any time.
                    console.print("Terminated; the same command continues where it stopped.")
                    return errors.TERMINATED
                strict_failure = _report(directory, data_root, console)
                working.close()
                if serve and not interrupted:
                    serve_on(page, console)
    if interrupted:
        console.print("Interrupted; the same command continues where it stopped.")
        return errors.INTERRUPTED
    if any(record.status != "done" for record in directory.records()):
        return errors.SOME_TRIALS_FAILED
    return errors.CHECK_FAILED if strict_claims and strict_failure else errors.DONE


def _load(suite_name: str, dataset: str | None, device: str | None, settings: tuple[str, ...]) -> Suite:
    """Read the suite and apply what the command line changes."""
    suite = load_suite(suite_name, overrides=settings)
    if device is not None:
        execution = suite.execution.model_copy(update={"device": device})
        suite = suite.model_copy(update={"execution": execution})
    if dataset is not None:
        from bench.data import catalogue  # noqa: PLC0415 - only needed here

        # The networks keep the input they were chosen for, so the other dataset is brought to its shape.
        channels, image_size, _ = catalogue.geometry(suite.dataset)
        update = {"name": dataset, "path": None, "channels": channels, "image_size": image_size}
        suite = suite.model_copy(update={"dataset": suite.dataset.model_copy(update=update)})
        catalogue.geometry(suite.dataset)  # refuses an unknown name
    return suite


def _command(
    suite_name: str, dataset: str | None, device: str | None, only: tuple[str, ...], settings: tuple[str, ...]
) -> tuple[str, ...]:
    """What gives this run again, without the places of this machine's files."""
    options = {"--dataset": (dataset,), "--device": (device,), "--only": only, "--set": settings}
    given = [part for name, values in options.items() for value in values if value for part in (name, value)]
    return "bench", "run", suite_path(suite_name).name, *given


def _choose(plan: Plan, only: tuple[str, ...]) -> Plan:
    """The trials of the labels named on the command line, or all.

    Raises:
        SuiteError: A label is not in the suite.
    """
    labels = list(dict.fromkeys(trial.label for trial in plan))
    for label in only:
        if label not in labels:
            near = difflib.get_close_matches(label, labels, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"labels: {', '.join(map(repr, labels))}"
            raise SuiteError(f"--only {label}: the suite has no architecture of that label; {hint}")
    return tuple(trial for trial in plan if not only or trial.label in only)


def _check_architectures(engine: LocalEngine, suite: Suite, data_root: Path | None, console: Console) -> None:
    """Build and count every network without weights, so that a mistake shows before anything is trained.

    Raises:
        SuiteError: One line for each network that cannot be built or does not fit its input.
    """
    from bench.data import catalogue  # noqa: PLC0415 - only needed here

    def tell(event: Message) -> None:
        if event["kind"] == "notice":
            console.print(f"note: {event['text']}", highlight=False, markup=False, soft_wrap=True)

    channels, image_size, classes = catalogue.geometry(suite.dataset, data_root=data_root)
    problems = []
    for index, wanted in enumerate(suite.architectures):
        try:
            problem = engine.check(wanted, (channels, image_size, classes), tell, suite.execution.time_limit)
        except TrialFailedError as error:  # its trials fail by themselves, and the others can run
            tell({"kind": "notice", "text": f"{wanted.label} could not be looked at: {error}"})
            continue
        if problem:
            problems.append(f"  architectures[{index}] ({wanted.label}): {problem}")
    if problems:
        raise SuiteError("\n".join(["these networks cannot be built:", *problems]))


def _execute(directory: Run, chosen: Plan, engine: LocalEngine, console: Console, page: LiveReport) -> bool:
    """Run the trials; true when Ctrl-C ended it early.

    Raises:
        TerminatedError: A scheduler wants the process to end.
    """
    display = Bars(console, chosen) if console.is_terminal else Lines(console, chosen)
    try:
        with display:
            drive(directory, chosen, engine, Watchers(display, page, Journal()))
    except TerminatedError:
        raise
    except KeyboardInterrupt:
        return True
    finally:
        engine.close()
    return False


def _report(directory: Run, data_root: Path | None, console: Console) -> bool:
    """Write the report and print its summary; true when a claim was not reproduced."""
    import reports  # noqa: PLC0415 - plotly and pandas are not needed to train
    from bench.analysis.tables import load  # noqa: PLC0415
    from bench.commands.example_images import keep_examples  # noqa: PLC0415

    if without := keep_examples(directory, data_root):
        console.print(f"no example images: {without}", soft_wrap=True, highlight=False, markup=False)
    tables = load(directory)
    path = reports.write_report(directory)
    headers, rows = reports.summary_table(tables, narrow=console.width < WIDE)
    table = Table(*headers, title=directory.info.suite.title)
    for row in rows:
        table.add_row(*map(str, row))
    console.print(table)
    console.print(f"report: {path}", soft_wrap=True, highlight=False)
    return bool((tables.claims["verdict"] == "not reproduced").any()) if len(tables.claims) else False


def _plan_table(plan: Plan) -> Table:
    """What would be run."""
    table = Table("trial", "architecture", "seed", "epochs", "batch size", "id", title=f"{len(plan)} trials")
    for trial in plan:
        recipe = trial.recipe
        cells = (trial.label, trial.architecture, trial.seed, recipe.epochs, recipe.batch_size, trial.id)
        table.add_row(*map(str, cells))
    return table
