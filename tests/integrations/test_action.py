"""The GitHub action and the pre-commit hook: their own commands, run as they stand."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from typer.main import get_command

from bench.cli import app
from bench.commands.lock import main as lock

ROOT = Path(__file__).parents[2]

SUITE = """
title = "Guarded"
[dataset]
name = "digits"
image_size = 16
[[architectures]]
label = "A | B"
name = "plain_cnn"
args = { width = 4 }
"""


def steps():
    """The steps of the action by name."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert action["runs"]["using"] == "composite"
    return action, {step.get("name", step.get("uses")): step for step in action["runs"]["steps"]}


@pytest.mark.skipif(os.name == "nt", reason="the action runs bash")
def test_the_check_fails_with_a_summary_and_test_results(tmp_path):
    """Exit 1; a table in the summary of the job and in its log; a JUnit file. Patterns are expanded."""
    (tmp_path / "mine.toml").write_text(SUITE)
    lock(str(tmp_path / "mine.toml"))
    (tmp_path / "mine.toml").write_text(SUITE.replace("width = 4", "width = 5"))
    action, named = steps()
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    given = {
        "SUITES": "*.toml",
        "JUNIT": action["inputs"]["junit"]["default"],
        "GITHUB_STEP_SUMMARY": "summary.md",
    }
    ran = subprocess.run(
        ["bash", "-c", named["Check"]["run"]],
        cwd=tmp_path, env={**os.environ, **given, "PATH": tools}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1, ran.stderr
    summary = (tmp_path / "summary.md").read_text()
    assert "| suite | architecture |" in summary
    assert "A \\| B" in summary
    assert summary in ran.stdout
    results = ET.parse(tmp_path / "bench-check.xml").getroot()
    assert (results.tag, results.get("failures")) == ("testsuites", "1")


def test_inputs_reach_the_shell_by_the_environment_only():
    """Text that is pasted into a script would be executed; every input is used, and there are no others."""
    action, named = steps()
    scripts = [step["run"] for step in named.values() if "run" in step]
    assert len(scripts) == 2
    assert not [script for script in scripts if "${{" in script]
    text = str(action["runs"]) + str(action["outputs"])
    assert {name for name in action["inputs"] if f"inputs.{name}" in text} == set(action["inputs"])


def test_the_hook_runs_a_command_that_there_is():
    """On the suites that a repository names; it is asked whenever code or a suite changes."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, verb = hook["entry"].split()
    assert (program, hook["pass_filenames"]) == ("bench", False)
    assert verb in get_command(app).commands
    assert set(hook["types_or"]) == {"python", "toml"}
