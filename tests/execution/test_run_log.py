"""bench.log: one JSON object a line, appended to; and the end of a trial's log, for its record."""

import json
import logging
import sys
import warnings
from datetime import datetime
from pathlib import Path

import pytest

from bench.execution.journal import Journal
from bench.execution.log_tail import LINES, log_tail
from bench.execution.run_log import logged, logging_to
from bench.plan import make_plan
from bench.suite_file import check_document


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_what_happens_is_logged_with_its_time_and_appended(tmp_path):
    """ISO 8601 in UTC; a second process goes on in the same file."""
    path = tmp_path / "bench.log"
    for _ in range(2):
        with logging_to(path), logged(["bench", "run", "a.toml"]):
            pass
    found = lines(path)
    assert [line["message"] for line in found] == ["run began", "run ended"] * 2
    assert found[0]["command"] == "bench run a.toml"
    assert datetime.fromisoformat(found[0]["time"]).utcoffset().total_seconds() == 0
    assert found[1]["seconds"] >= 0


def test_an_error_that_ends_a_run_is_logged(tmp_path):
    """With its message; Ctrl-C, which has none, with its name."""
    path = tmp_path / "bench.log"
    for error in (ValueError("no such luck"), KeyboardInterrupt()):
        with pytest.raises(type(error)), logging_to(path), logged([]):
            raise error
    ends = [line for line in lines(path) if line["level"] == "error"]
    assert [line["message"] for line in ends] == ["run ended: no such luck", "run ended: KeyboardInterrupt"]


def test_warnings_and_messages_of_libraries_are_logged_and_not_shown(tmp_path, capfd):
    """While the log is open; afterwards everything is as it was."""
    path = tmp_path / "bench.log"
    show = warnings.showwarning
    with logging_to(path), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("as libraries do", UserWarning, stacklevel=1)
        logging.getLogger("some.library").warning("odd: %d", 7)
        logging.getLogger("some.library").info("chatter")
    assert [(line["logger"], line["message"].partition(" (")[0]) for line in lines(path)] == [
        ("warnings", "UserWarning: as libraries do"), ("some.library", "odd: 7"),
    ]  # fmt: skip
    assert capfd.readouterr().err == ""
    assert warnings.showwarning is show


def test_a_log_that_cannot_be_written_disturbs_nothing(tmp_path, capfd):
    """What matters more says that the disk is full."""
    with logging_to(tmp_path / "missing" / "bench.log"), logged([]):
        pass
    assert capfd.readouterr().err == ""


def test_events_of_a_trial_carry_its_name(tmp_path):
    """Epochs, notices, and what libraries in the worker said; the many steps are left out."""
    suite = check_document({"architectures": [{"label": "A", "name": "plain_cnn"}]}, "test")
    (trial,) = make_plan(suite)[:1]
    journal = Journal()
    with logging_to(tmp_path / "bench.log"):
        journal.start(trial)
        for event in (
            {"kind": "step", "epoch": 1},
            {"kind": "epoch", "epoch": 1, "test_accuracy": 0.5},
            {"kind": "notice", "text": "look"},
            {"kind": "log", "level": logging.ERROR, "logger": "some.library", "text": "odd %"},
        ):
            journal.event({**event, "trial": trial.folder})
    found = lines(tmp_path / "bench.log")
    assert [line["message"] for line in found] == ["trial started", "epoch", "look", "odd %"]
    assert [line["level"] for line in found] == ["info", "info", "warning", "error"]
    assert {(line["label"], line["seed"]) for line in found} == {("A", 0)}
    assert found[1]["test_accuracy"] == 0.5


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log.txt"


def test_the_tail_is_the_last_lines(log):
    """Some, and none of endless length; without a log, nothing."""
    assert log_tail(log) == ""
    log.write_text("\n".join(f"{number} " + "x" * 10_000 for number in range(100)))
    tail = log_tail(log).splitlines()
    assert len(tail) <= LINES
    assert tail[-1].startswith("99 ")
    assert max(map(len, tail)) < 300


def test_the_tail_of_a_crash_begins_with_the_line_that_crashed(log):
    """Python tells the innermost call of a crash first, however many follow."""
    frames = "\n".join(f'  File "net.py", line {number} in call' for number in range(100))
    log.write_text(
        f"epoch 1\nFatal Python error: Aborted\n\nCurrent thread 0x1 (most recent call first):\n{frames}"
    )
    tail = log_tail(log).splitlines()
    assert tail[0] == "Fatal Python error: Aborted"
    assert tail[2].endswith("line 0 in call")
    with log.open("a") as file:
        file.write('\nTraceback (most recent call last):\n  File "x.py", line 1\nValueError: later')
    assert log_tail(log).splitlines()[-1] == "ValueError: later"


def test_the_tail_names_no_place_of_this_machine(log):
    """Records are made to be sent around."""
    log.write_text(f"{Path.home()}/a.py\n{Path.cwd()}/b.py\n{sys.prefix}/lib/c.py\n")
    tail = log_tail(log)
    assert [line.rpartition("/")[2] for line in tail.splitlines()] == ["a.py", "b.py", "c.py"]
    for place in (Path.home(), Path.cwd(), sys.prefix):
        assert str(place) not in tail
