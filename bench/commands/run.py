"""`bench run`: from a suite to a finished report."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from bench import errors
from bench.commands.buildable import refuse_unbuildable
from bench.commands.conduct import conduct
from bench.commands.grid import grid
from bench.commands.helping import help_out
from bench.commands.interruption import TerminatedError, terminable
from bench.commands.job import Job, Written
from bench.commands.progress.verbose import shown_on
from bench.execution.local import LocalEngine
from bench.store import REPORT_FILE, Run
from bench.world import World, world

WIDE = 110
"""Columns of a terminal in which the whole summary fits."""


def run(  # noqa: PLR0913 - one argument an option
    suite_name: str,
    *,
    dataset: str | None = None,
    data_root: Path | None = None,
    runs_dir: Path = Path("runs"),
    device: str | None = None,
    engine: str | None = None,
    only: tuple[str, ...] = (),
    fresh: bool = False,
    dry_run: bool = False,
    serve: bool = False,
    strict_claims: bool = False,
    verbose: bool = False,
    settings: tuple[str, ...] = (),
) -> int:
    """Run a suite, or what is left of it, and write its report; returns the exit code."""
    place = world()
    if place is not None and not place.leading:
        return help_out(place, data_root)
    console = Console()
    written = Written.read(suite_name, settings)
    job = Job.of(written, dataset=dataset, device=device, engine=engine, only=only, overrides=settings)
    claims_hold = True

    def conclude(directory: Run) -> None:
        nonlocal claims_hold
        claims_hold = show_summary(directory, console)

    told = shown_on(console) if verbose else nullcontext()
    with terminable(once=place is not None), told, _engine(data_root, place) as local:
        refuse_unbuildable(local, job.info.suite, data_root, console)
        if dry_run:
            from bench.commands.dry_run import dry_run as look_only  # noqa: PLC0415 - torch takes seconds

            code = look_only(job, local, data_root=data_root, runs_dir=runs_dir, fresh=fresh, console=console)
            if place is not None:
                console.print(f"note: these are the times of one process; {place.size} would train together")
            return code
        try:
            directory, interrupted = conduct(
                job, local, data_root=data_root, runs_dir=runs_dir, fresh=fresh, serve=serve,
                console=console, conclude=conclude,
            )  # fmt: skip
        except TerminatedError:
            # The scheduler kills what stays; `bench report` makes the page of it at any time.
            console.print("Terminated; the same command continues where it stopped.")
            return errors.TERMINATED
    if interrupted:
        console.print("Interrupted; the same command continues where it stopped.")
        return errors.INTERRUPTED
    if any(record.status != "done" for record in directory.each_record()):
        return errors.SOME_TRIALS_FAILED
    return errors.DONE if claims_hold or not strict_claims else errors.CHECK_FAILED


def _engine(data_root: Path | None, place: World | None) -> LocalEngine:
    """A worker of this machine; or, under torchrun, the workers of all processes."""
    if place is None:
        return LocalEngine(data_root)
    from bench.execution.team.leader import Leader  # noqa: PLC0415 - only needed here

    return Leader(data_root, place)


def show_summary(directory: Run, console: Console) -> bool:
    """Print the ranking and where the report lies; false when a claim was not reproduced."""
    import reports  # noqa: PLC0415 - pandas is not needed to train
    from bench.analysis.claims import VERDICTS  # noqa: PLC0415
    from bench.analysis.frames import rows, where  # noqa: PLC0415
    from bench.analysis.tables import load  # noqa: PLC0415

    tables = load(directory)
    headers, body = reports.summary_table(tables, narrow=console.width < WIDE)
    console.print(grid(headers, body, title=directory.info.suite.title))
    failed = where(tables.claims, verdict="not reproduced")
    if len(tables.claims):
        counts = tables.claims["verdict"].value_counts()
        told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if verdict in counts)
        console.print(f"claims: {told}", highlight=False)
    for claim in rows(failed):
        published, measured = (_figure(float(claim[key])) for key in ("value", "measured"))
        text = f"  {claim['architecture']}, {claim['metric']}: published {published}, measured {measured}"
        console.print(f"{text}; {claim['reason']}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"report: {directory.folder / REPORT_FILE}", soft_wrap=True, highlight=False)
    return not len(failed)


def _figure(value: float) -> str:
    """A count in full, a measurement in six digits."""
    return f"{value:.0f}" if value.is_integer() else f"{value:.6g}"
