"""The command line: parse, dispatch, turn expected errors into one message and an exit code."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from bench import __version__

app = typer.Typer(
    name="bench",
    help="Train, measure and compare network architectures under the same conditions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Entry point of the `bench` script."""
    from bench.errors import ENVIRONMENT, INTERRUPTED, BenchError

    try:
        app()
    except BenchError as error:
        typer.echo(f"bench: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:  # whatever the commands did not explain: a disk or a file that is gone
        place = f"{error.filename}: " if error.filename else ""
        typer.echo(f"bench: {place}{error.strerror or error}", err=True)
        sys.exit(ENVIRONMENT)
    except KeyboardInterrupt:
        typer.echo("bench: interrupted", err=True)
        sys.exit(INTERRUPTED)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


class Engine(str, Enum):
    """Who runs the trials."""

    local = "local"
    ray = "ray"


@app.command()
def run(
    suite: Annotated[
        str, typer.Argument(help="A TOML file, or the name of a suite that ships with the program.")
    ],
    dataset: Annotated[
        str | None, typer.Option(help="Use this dataset instead; claims become not comparable.")
    ] = None,
    data_root: Annotated[Path | None, typer.Option(help="Where datasets are looked for first.")] = None,
    runs_dir: Annotated[Path, typer.Option(help="Where run directories are kept.")] = Path("runs"),
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = None,
    engine: Annotated[
        Engine | None, typer.Option(help="This machine, or a Ray cluster (needs the extra ray).")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Run only this label; may be repeated.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget earlier results of these trials.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan, estimate its cost, and stop.")
    ] = False,
    serve: Annotated[
        bool,
        typer.Option(
            "--serve",
            help="Show the report at http://127.0.0.1:8642 (or a free port, which is printed) while the run "
            "goes on, and after its end until Ctrl-C.",
        ),
    ] = False,
    strict_claims: Annotated[
        bool, typer.Option("--strict-claims", help="Exit 1 when a claim is not reproduced.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what goes into the log, and what libraries say.")
    ] = False,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="key=value, for example recipe.epochs=5.")
    ] = None,
) -> None:
    """Train and measure every architecture of a suite, and write the report. Resumes what was interrupted."""
    from bench.commands.run import run as command

    code = command(
        suite, dataset=dataset, data_root=data_root, runs_dir=runs_dir, device=device,
        engine=engine and engine.value, only=tuple(only or ()), fresh=fresh, dry_run=dry_run, serve=serve,
        strict_claims=strict_claims, verbose=verbose, settings=tuple(set_ or ()),
    )  # fmt: skip
    raise typer.Exit(code)


@app.command()
def inspect(
    name: Annotated[
        str, typer.Argument(help="A registered name, torchvision:NAME, timm:NAME or module:function.")
    ],
    input_: Annotated[str, typer.Option("--input", help="C x H x W of one image.")] = "3x224x224",
    classes: Annotated[int, typer.Option(help="Classes of the task.")] = 1000,
    args: Annotated[
        list[str] | None, typer.Option(help="key=value of the constructor; may be repeated.")
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="table, md, csv or json.")] = "table",
    ledger: Annotated[bool, typer.Option("--ledger", help="Reconcile the conventions of counting.")] = False,
    depth: Annotated[int | None, typer.Option(help="Sum layers below this depth of nesting.")] = None,
) -> None:
    """Count a network layer by layer: params, MACs, activations, and what looks wrong."""
    from bench.commands.inspect import main as command
    from bench.suite_file import apply_settings

    code = command(
        name,
        input_shape=input_,
        classes=classes,
        style=format_,
        show_ledger=ledger,
        depth=depth,
        args=apply_settings({}, args or (), option="--args"),
    )
    raise typer.Exit(code)


@app.command()
def lock(
    suites: Annotated[list[str], typer.Argument(help="Suites whose counts are to be written down.")],
) -> None:
    """Write a lock file beside each suite: the counts that `bench check` will hold it to."""
    from bench.commands.lock import main as command

    raise typer.Exit(command(*suites))


@app.command()
def check(
    suites: Annotated[list[str], typer.Argument(help="Suites to compare with their lock files.")],
    format_: Annotated[str, typer.Option("--format", help="table, md, json or junit.")] = "table",
) -> None:
    """Fail (exit 1) when a count differs from its lock file, and name the layers that changed."""
    from bench.commands.check import main as command

    raise typer.Exit(command(*suites, style=format_))


@app.command()
def report(
    run: Annotated[
        Path, typer.Argument(help="A run directory, or a folder of runs: the newest is taken.")
    ] = Path("runs"),
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="html, md, json, csv, parquet, latex, svg, png, pytest-benchmark; or index: one page over a "
            "folder of runs.",
        ),
    ] = "html",
) -> None:
    """Render a run again from its records, without torch."""
    from bench.commands.report import report as command

    raise typer.Exit(command(run, format=format_))


@app.command()
def compare(
    run_a: Annotated[
        Path,
        typer.Argument(
            help="The baseline: a run directory, a folder of runs (newest), or a file of timm, asv or "
            "pytest-benchmark."
        ),
    ],
    run_b: Annotated[Path, typer.Argument(help="The run to compare with it, likewise.")],
    fail_on: Annotated[
        str | None,
        typer.Option(
            help="Exit 1 when violated, for example test_accuracy:-0.5pt,params:0,train_throughput:-5%."
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail beyond a threshold even within the noise.")
    ] = False,
    format_: Annotated[str, typer.Option("--format", help="table, md, json or html.")] = "table",
    output: Annotated[
        Path | None, typer.Option(help="File to write; html goes beside RUN_B by default.")
    ] = None,
) -> None:
    """Show what got better or worse from run A to run B, with intervals, and what cannot be compared."""
    from bench.commands.compare import main as command

    code = command(run_a, run_b, fail_on=fail_on, strict=strict, style=format_, output=output)
    raise typer.Exit(code)


@app.command()
def verify(
    report: Annotated[Path, typer.Argument(help="A report.html.")],
) -> None:
    """Make a report again from the records inside it; fail (exit 1) when a digit differs, and name it."""
    from bench.commands.verify import verify as command

    raise typer.Exit(command(report))


class Listed(str, Enum):
    """What `bench list` can list."""

    architectures = "architectures"
    datasets = "datasets"
    suites = "suites"
    runs = "runs"


@app.command("list")
def list_(
    what: Annotated[Listed, typer.Argument(help="What to list.")],
    runs_dir: Annotated[Path, typer.Option(help="Where run directories are kept.")] = Path("runs"),
    data_root: Annotated[Path | None, typer.Option(help="Where datasets are looked for first.")] = None,
) -> None:
    """List what there is."""
    from bench.commands.list import main as command

    raise typer.Exit(command(what.value, runs_dir=runs_dir, data_root=data_root))


class DataVerb(str, Enum):
    """What `bench data` can do."""

    list = "list"
    where = "where"
    prepare = "prepare"
    verify = "verify"


@app.command()
def data(
    verb: Annotated[DataVerb, typer.Argument(help="What to do.")],
    names: Annotated[
        list[str] | None, typer.Argument(help="Datasets; `bench list datasets` shows them.")
    ] = None,
    data_root: Annotated[Path | None, typer.Option(help="Where datasets are looked for first.")] = None,
) -> None:
    """Show where datasets are, decode them ahead of time, or check the decoded ones."""
    from bench.commands import data as command

    wanted = tuple(names or ())
    code = {
        "list": lambda: command.list_datasets(data_root),
        "where": lambda: command.where(wanted, data_root),
        "prepare": lambda: command.prepare(wanted, data_root),
        "verify": lambda: command.verify(wanted),
    }[verb.value]()
    raise typer.Exit(code)


@app.command()
def doctor(
    run: Annotated[
        Path | None, typer.Argument(help="A run directory to look over. Without one: this machine.")
    ] = None,
) -> None:
    """Say whether a run directory is sound (exit 1 when not), or what this machine has and can do."""
    from bench.commands.doctor import doctor as command

    raise typer.Exit(command(run))


@app.command()
def init(
    file: Annotated[Path, typer.Argument(help="The suite to write.")] = Path("suite.toml"),
    architecture: Annotated[
        list[str] | None, typer.Option(help="`bench list architectures` names them; may be repeated.")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(help="`bench list datasets` names them; folder:PATH for your own images.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the training set.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Trainings of each network.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; take defaults.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
) -> None:
    """Write a suite in which every key is explained, by a few questions at a terminal or by options."""
    from bench.commands.init import init as command

    code = command(
        file, architectures=tuple(architecture or ()), dataset=dataset, epochs=epochs, seeds=seeds, yes=yes,
        force=force,
    )  # fmt: skip
    raise typer.Exit(code)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a suite, for editors that complete and check TOML."""
    import json

    from bench.spec import Suite

    typer.echo(json.dumps(Suite.model_json_schema(), indent=2))


if __name__ == "__main__":
    main()
