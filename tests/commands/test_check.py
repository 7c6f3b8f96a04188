"""`bench lock` and `bench check`: what passes, what fails, what is named, and in which formats."""

import json
from xml.etree import ElementTree as ET

import pytest

from bench.commands import check, lock
from bench.errors import CHECK_FAILED, DONE, CheckError, SuiteError

NETWORK = """
from torch import nn

def branch(*, num_classes, in_channels, image_size):
    return nn.Sequential(
        nn.Conv2d(in_channels, 8, 3), nn.BatchNorm2d(8), nn.ReLU(),
        nn.Conv2d(8, {width}, 3), nn.ReLU(), nn.Conv2d({width}, 8, 3),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, num_classes),
    )
"""
SUITE = """
[dataset]
name = "cifar10"
[[architectures]]
label = "mine"
name = "{module}:branch"
[[architectures]]
label = "CNN"
name = "plain_cnn"
"""


class Workspace:
    """A user's repository: one suite, and one module with a network that may be edited."""

    def __init__(self, folder, module, monkeypatch):
        self.folder, self.module, self.monkeypatch = folder, module, monkeypatch
        monkeypatch.syspath_prepend(str(folder))
        self.suite = folder / "suite.toml"
        self.suite.write_text(SUITE.format(module=module))
        self.edit(width=8)

    def edit(self, **values):
        """Write the network anew and forget the old one."""
        import importlib
        import sys

        text = NETWORK.format(**values)
        (self.folder / f"{self.module}.py").write_text(text)
        sys.modules.pop(self.module, None)
        importlib.invalidate_caches()
        # An import would take the compiled file of the same second and size.
        module = type(sys)(self.module)
        exec(text, module.__dict__)
        self.monkeypatch.setitem(sys.modules, self.module, module)

    def rewrite(self, old, new):
        """Edit the suite."""
        self.suite.write_text(self.suite.read_text().replace(old, new))

    def check(self, style="table"):
        return check.main(str(self.suite), style=style)


@pytest.fixture
def workspace(tmp_path, monkeypatch, capsys):
    made = Workspace(tmp_path, "my_networks_for_check", monkeypatch)
    assert lock.main(str(made.suite)) == DONE
    capsys.readouterr()
    return made


def test_what_was_locked_passes(workspace, capsys):
    """Exit code 0 and one line."""
    assert workspace.check() == DONE
    assert capsys.readouterr().out == "2 architectures as locked\n"


def test_locking_twice_writes_the_same_bytes(workspace):
    """A lock without a change has no diff."""
    before = workspace.suite.with_suffix(".lock").read_bytes()
    lock.main(str(workspace.suite))
    assert workspace.suite.with_suffix(".lock").read_bytes() == before


def test_a_one_channel_change_fails_and_names_that_layer_and_no_other(workspace, capsys):
    """Layer "3" gains a channel; layer "5", which reads it, is counted without its name."""
    workspace.edit(width=9)
    assert workspace.check("json") == CHECK_FAILED
    verdicts = json.loads(capsys.readouterr().out)["verdicts"]
    changed = [verdict for verdict in verdicts if verdict["status"] != "unchanged"]
    assert [verdict["label"] for verdict in changed] == ["mine"]
    assert [layer["layer"] for layer in changed[0]["layers"]] == ["3"]
    assert changed[0]["following"] == 1
    assert changed[0]["accept"] == f"bench lock {workspace.suite}"


def test_the_table_says_by_how_much_and_how_to_accept_it(workspace, capsys):
    """One line a changed value, and the command."""
    workspace.edit(width=9)
    workspace.check()
    out = capsys.readouterr().out
    line = next(line for line in out.splitlines() if "3 (Conv2d)" in line and "params" in line)
    assert line.split()[-4:] == ["584", "657", "+73", "(+12.50%)"]
    assert "5 (Conv2d)" not in out
    assert "1 layer behind" in out
    assert out.endswith(f"Accept with: bench lock {workspace.suite}\n")


def test_accepting_makes_it_pass(workspace):
    """The advised command is the right one."""
    workspace.edit(width=9)
    lock.main(str(workspace.suite))
    assert workspace.check() == DONE


def test_an_architecture_that_vanished_fails(workspace, capsys):
    """A row that is no longer checked is not silently forgotten."""
    workspace.rewrite('label = "CNN"', 'label = "Other"')
    assert workspace.check() == CHECK_FAILED
    out = capsys.readouterr().out
    assert "vanished" in out
    assert "not locked" in out


def test_an_architecture_that_does_not_build_fails_with_the_reason(workspace, capsys):
    """And the others are still compared."""
    workspace.rewrite('name = "plain_cnn"', 'name = "plain_cnn"\nargs = { depth = 3 }')
    assert workspace.check() == CHECK_FAILED
    assert "does not build" in (out := capsys.readouterr().out)
    assert "depth" in out


def test_another_input_or_task_fails(workspace, capsys):
    """Counts of another question are not comparable."""
    workspace.rewrite('name = "cifar10"', 'name = "cifar100"')
    assert workspace.check() == CHECK_FAILED
    out = capsys.readouterr().out
    assert any(
        line.split()[-3:] == ["classes", "10", "100"] or "classes" in line for line in out.splitlines()
    )


def test_a_tolerance_in_the_suite_loosens_its_metric(workspace):
    """By default counts are exact."""
    workspace.edit(width=9)
    assert workspace.check() == CHECK_FAILED
    tolerance = "[tolerance]\nparams = 0.2\nmacs = 0.2\nactivations = 0.2\n[dataset]"
    workspace.rewrite("[dataset]", tolerance)
    assert workspace.check() == DONE


def test_without_a_lock_file_the_message_says_how_to_write_one(workspace):
    """A suite that nobody locked fails."""
    workspace.suite.with_suffix(".lock").unlink()
    with pytest.raises(CheckError, match="no lock file; write it with: bench lock"):
        workspace.check()


def test_markdown_is_a_table_for_a_pull_request(workspace, capsys):
    """Header, rule, rows, and the command in code quotes."""
    workspace.edit(width=9)
    workspace.check("md")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "**1 of 2 architectures not as locked**"
    assert lines[2].startswith("| suite | architecture | where |")
    assert all(line.count("|") == lines[2].count("|") for line in lines[3:-2])
    assert lines[-1] == f"Accept with: `bench lock {workspace.suite}`"


def test_junit_has_one_test_case_for_each_architecture(workspace, capsys):
    """Valid XML with counts that agree."""
    workspace.edit(width=9)
    workspace.check("junit")
    root = ET.fromstring(capsys.readouterr().out)
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    cases = {case.get("name"): case.find("failure") for case in root.iter("testcase")}
    assert cases["CNN"] is None
    assert cases["mine"].get("message") == "changed, 3"
    assert "3 (Conv2d)" in cases["mine"].text


def test_an_unknown_format_and_an_empty_command_are_wrong_usage(workspace):
    """With the choices."""
    with pytest.raises(SuiteError, match="choose one of table, md, json, junit"):
        workspace.check("yaml")
    with pytest.raises(SuiteError, match="name at least one suite"):
        check.main()
