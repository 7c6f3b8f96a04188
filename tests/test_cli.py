"""The command line as a whole: its verbs, its options, and that it answers at once."""

import subprocess
import sys

import pytest
from typer.main import get_command

from bench import __version__
from bench.cli import app

VERBS = {
    "run": {
        "suite",
        "dataset",
        "data_root",
        "runs_dir",
        "device",
        "engine",
        "only",
        "fresh",
        "dry_run",
        "serve",
        "strict_claims",
        "verbose",  # a look at the log while it is written
        "set_",
    },
    "inspect": {"name", "input_", "classes", "args", "format_", "ledger", "depth"},
    "lock": {"suites"},
    "check": {"suites", "format_"},
    "report": {"run", "format_"},
    "compare": {"run_a", "run_b", "fail_on", "strict", "format_", "output"},
    "verify": {"report"},
    "list": {"what", "runs_dir", "data_root"},
    "data": {"verb", "names", "data_root"},
    "doctor": {"run"},
    "init": {"file", "architecture", "dataset", "epochs", "seeds", "yes", "force"},
    "schema": set(),
}


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "bench.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_command_line_stays_small():
    """New knobs go into the suite; whoever adds an option changes this list with a reason."""
    commands = get_command(app).commands
    found = {name: {p.name for p in command.params} - {"help"} for name, command in commands.items()}
    assert found == VERBS


def test_help_loads_nothing_heavy():
    """`bench --help` answers at once, because torch, pandas and pydantic stay out."""
    script = """
import sys
from bench.cli import main

sys.argv = ["bench", "--help"]
try:
    main()
except SystemExit:
    pass
print(sorted({"torch", "pandas", "pydantic", "plotly", "sklearn"} & set(sys.modules)), file=sys.stderr)
"""
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stderr.strip() == "[]"
    assert "inspect" in shown.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb):
    """With a sentence and its options."""
    shown = run(verb, "--help")
    assert shown.returncode == 0
    assert "--help" in shown.stdout


def test_the_version_is_shown():
    assert run("--version").stdout.strip() == __version__


def test_an_unknown_verb_is_a_usage_error():
    """Exit 2, as for every wrong command."""
    shown = run("runn", "x")
    assert shown.returncode == 2
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize(
    ("what", "expected"),
    [("architectures", "shared_resnet"), ("suites", "quickstart"), ("datasets", "cifar10")],
)
def test_lists_show_what_there_is(what, expected):
    """From the registry, the catalogue and the shipped suites."""
    shown = run("list", what)
    assert shown.returncode == 0, shown.stderr
    assert expected in shown.stdout


def test_the_schema_is_json():
    """For editors."""
    import json

    assert "architectures" in json.loads(run("schema").stdout)["properties"]
