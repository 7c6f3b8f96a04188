"""`bench compare`: formats, files, exit codes, and runs that are not to be trusted."""

from __future__ import annotations

import json
import re

import pytest
from comparisons import certain, nested, small
from factories import architectures, write_run

from bench.commands.compare import main
from bench.errors import CHECK_FAILED, DONE, StoreError, SuiteError

HOSTILE = "</script><img src=x onerror=alert(1)> [red]| \u001b[2J\u202e\u0007"


def worse(record):
    """Twenty points less accuracy in the last epoch."""
    return nested(certain(record), "training.last.test_accuracy", lambda accuracy: accuracy - 0.2)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Folders of a run and of a worse one, of which one architecture has a hostile label."""
    folder = tmp_path_factory.mktemp("compared")
    suite = small(
        recipe={"epochs": 2, "seeds": [0, 1]},
        architectures=[*architectures(1), {"label": HOSTILE, "name": "shared_resnet"}],
    )
    write_run(folder / "a", suite, certain)
    write_run(folder / "b", suite, worse)
    return folder / "a", folder / "b"


@pytest.mark.parametrize(
    ("fail_on", "strict", "code"),
    [
        ("params:0,macs:0", False, DONE),
        ("test_accuracy:-0.5pt", False, CHECK_FAILED),
        ("test_accuracy:-50pt", True, DONE),
        ("params:0,largest:0", False, None),
    ],
)
def test_the_exit_code_says_whether_it_passes(runs, fail_on, strict, code):
    """0, 1, or a wrong command."""
    if code is None:
        with pytest.raises(SuiteError):
            main(*runs, fail_on=fail_on, strict=strict)
    else:
        assert main(*runs, fail_on=fail_on, strict=strict) == code


def test_the_terminal_shows_the_change_and_obeys_no_label(runs, capsys):
    """Figures, verdict and outcome; of a label, neither markup nor control characters have an effect."""
    main(*runs, fail_on="test_accuracy:-0.5pt")
    shown = capsys.readouterr().out
    line = next(line for line in shown.splitlines() if "Network 0" in line and "\u00b1" in line)
    assert "worse" in line
    assert "\u221220.00" in line
    assert "2 of 2 checks of --fail-on failed" in shown
    assert "[red]" in shown
    assert not re.search("[\u0000-\u0009\u000b-\u001f\u202e]", shown)


def test_markdown_is_a_table_for_a_pull_request(runs, capsys):
    """A label breaks no row."""
    main(*runs, style="md", fail_on="test_accuracy:-0.5pt")
    text = capsys.readouterr().out
    assert "## Thresholds" in text
    assert not re.search(r"(?<!\\)<", text)
    rows = [re.split(r"(?<!\\)\|", line) for line in text.splitlines() if "test\\_accuracy:" in line]
    assert [len(row) for row in rows] == [9, 9]


def test_json_holds_exact_figures_alone(runs, capsys):
    """Nothing else is printed, so that a program can read it."""
    assert main(*runs, style="json", fail_on="test_accuracy:-0.5pt") == CHECK_FAILED
    found = json.loads(capsys.readouterr().out)
    assert found["passed"] is False
    assert {row["architecture"] for row in found["rows"]} == {"Network 0", HOSTILE}
    accuracy = next(row for row in found["rows"] if row["metric"] == "test_accuracy")
    assert accuracy["difference"] == pytest.approx(-0.2)
    assert accuracy["low"] <= accuracy["difference"] <= accuracy["high"]
    censored = next(
        row for row in found["rows"] if row["metric"] == "epochs_to_target" and row["setting"] > 0.9
    )
    assert (censored["a"]["value"], censored["a"]["reached"], censored["a"]["budget"]) == (None, 0, 2)


def test_without_thresholds_nothing_has_passed(runs, capsys):
    """Nothing was asked."""
    main(*runs, style="json")
    assert json.loads(capsys.readouterr().out)["passed"] is None


def test_the_page_lies_beside_b_and_stands_alone(runs, capsys):
    """No address is fetched, no script is in it but its own, and the label is text."""
    main(*runs, style="html", fail_on="test_accuracy:-0.5pt")
    printed = capsys.readouterr()
    page = next(runs[1].glob("*/*/compare-*.html"))
    assert printed.out.strip() == str(page)
    assert "test_accuracy:-0.5pt: Network 0 test_accuracy: beyond" in printed.err
    text = page.read_text(encoding="utf-8")
    assert "<img" not in text
    assert not re.search(r"(src|href)=\"(?!#|data:)", text)
    assert text.count("<script>") == 1
    assert len(text) < 300_000


@pytest.mark.parametrize("style", ["table", "md"])
def test_other_formats_can_be_written_to_a_file(runs, tmp_path, capsys, style):
    """Its name is what is printed."""
    file = tmp_path / "new" / "out"
    main(*runs, style=style, output=file)
    assert capsys.readouterr().out.strip() == str(file)
    assert "Network 0" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", [{"style": "pdf"}, {"strict": True}, {"fail_on": ""}])
def test_a_wrong_command_is_refused(runs, wrong):
    """A format that there is not; strictness about nothing; a threshold without words."""
    with pytest.raises(SuiteError):
        main(*runs, **wrong)


def test_what_is_no_run_is_an_error_of_one_line(runs, tmp_path):
    """Neither an empty folder nor a damaged run."""
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "run.json").write_text('{"schema_version": 1, "run_id": 3}')
    for folder in (tmp_path / "nothing", damaged):
        with pytest.raises(StoreError):
            main(runs[0], folder)


def test_the_name_of_the_file_does_not_leave_the_run(runs, tmp_path, capsys):
    """Somebody else's run may call itself anything."""
    folder = next(runs[0].glob("*/*"))
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    for name in ("run.json", "suite.toml"):
        (stranger / name).write_bytes((folder / name).read_bytes())
    info = json.loads((stranger / "run.json").read_text())
    environment = {"libraries": ["torch"], "git_revision": {"a": 1}, "cpu": None}
    del info["sha256"]  # who writes such a file does not seal it wrongly
    info |= {"run_id": "../../../escaped\u001b[2J", "environment": environment}
    (stranger / "run.json").write_text(json.dumps(info))
    main(stranger, runs[1], style="html")
    assert str(next(runs[1].glob("*/*"))) in capsys.readouterr().out
    assert main(stranger, runs[1], fail_on="params:0") == CHECK_FAILED
