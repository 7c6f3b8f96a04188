"""The report of a run that goes on."""

from __future__ import annotations

import re
import time

import pytest
from factories import architectures, document, make_record, write_run
from rich.console import Console

import reports
from bench.commands.progress.live import LiveReport, serve_on
from bench.commands.progress.watchers import Watchers
from bench.execution.drive import Watcher, drive
from bench.execution.local import TrialFailedError

SUITE = document(architectures=architectures(2), claims=[], recipe={"epochs": 2, "seeds": [0]})


def states(page):
    """What the page says of each trial."""
    table = page[page.index('<table id="table-trials">') :]
    return re.findall(r'<span class="tone \w+">(done|failed|running|waiting|missing)</span>', table)


class Engine:
    """Finishes the first trial and fails at the second; remembers what the report said meanwhile."""

    def __init__(self, path, live):
        self.path, self.live = path, live
        self.seen, self.news = [], []

    def prepare(self, dataset, on_event):
        self.seen.append(states(self.path.read_text()))
        on_event({"kind": "data", "what": "images", "done": 1, "total": 1000})
        self.news.append(self.live.news)

    def execute(self, trial, folder, on_event):
        self.seen.append(states(self.path.read_text()))
        self.news.append(self.live.news)
        on_event({"kind": "epoch", "epoch": 1})
        self.news.append(self.live.news)
        if trial.label == "Network 1":
            raise TrialFailedError("out of memory")
        return make_record(trial, 0)[0]


@pytest.fixture
def run(tmp_path):
    """A run of two trials of which nothing is there yet."""
    return write_run(tmp_path, SUITE, lambda _: None)


@pytest.fixture
def live(run):
    return LiveReport(run, Console(quiet=True))


def test_the_report_is_written_between_trials(run, live):
    """Before the first it shows what waits, then what runs and what finished; the news follow each epoch."""
    engine = Engine(live.path, live)
    drive(run, run.info.plan, engine, Watchers(Watcher(), live))
    assert engine.seen == [["waiting", "waiting"], ["running", "waiting"], ["done", "running"]]
    assert engine.news == [
        "preparing data, 1 of 1,000 images",
        "Network 0, seed 0: starting; 1 more to come",
        "Network 0, seed 0: epoch 1 of 2 done; 1 more to come",
        "Network 1, seed 0: starting",
        "Network 1, seed 0: epoch 1 of 2 done",
    ]
    assert states(reports.write_report(run).read_text()) == ["done", "failed"]
    assert not list(run.folder.glob(".report*"))


def test_a_trial_that_is_tried_again_runs(run, live):
    """What the failed attempt left does not count while the next one goes on; finished trials stay."""
    drive(run, run.info.plan, Engine(live.path, live), live)
    again = Engine(live.path, live)
    drive(run, run.info.plan, again, live)
    assert again.seen == [["done", "waiting"], ["done", "running"]]


def test_trials_beside_each_other_are_all_running(run, live):
    """An engine may run several at once; when one of them ends, the report is written at once."""
    first, second = run.info.plan
    live.begin(run.info.plan)
    live.start(first)
    live.start(second)
    record = make_record(first, 0)[0]
    run.trial(first).write_record(record)
    live.finish(first, record)
    assert states(live.path.read_text()) == ["done", "running"]


def test_news_name_what_runs_beside_a_trial(run, live):
    """One of several that go on at a time."""
    first, second = run.info.plan
    live.begin(run.info.plan)
    live.start(first)
    live.start(second)
    live.event({"kind": "stage", "stage": "splits", "trial": first.folder})
    assert live.news == "Network 0, seed 0: measuring splits; another running"


def test_a_report_that_takes_long_is_written_less_often(run, monkeypatch):
    """Beyond a few seconds, writing takes no more than a small share of the run's time."""
    now, written = [0.0], []

    def slow(*_):
        written.append(now[0])
        now[0] += 60

    monkeypatch.setattr(reports, "write_report", slow)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    live = LiveReport(run, Console(quiet=True))
    for _ in range(100):
        live.start(run.info.plan[0])
        now[0] += 60
    assert written[0] == 0
    assert 2 < len(written) <= 2 + 0.05 * now[0] / 60


def test_ctrl_c_ends_serving_from_the_moment_it_is_said(live):
    """Whoever is that quick does not interrupt a run that has ended."""

    class Quick(Console):
        def print(self, *_):
            raise KeyboardInterrupt

    serve_on(live, Quick())
    assert live.news == "the run has ended"


def test_nothing_left_writes_nothing(run, live):
    """A run whose trials have all finished writes its report once, at the end."""
    live.begin(())
    assert not live.path.exists()


def test_a_report_that_cannot_be_written_stops_no_training(run, monkeypatch, capsys):
    """It is said once, and every trial runs."""

    def broken(*_):
        raise ValueError("no figure today")

    monkeypatch.setattr(reports, "write_report", broken)
    live = LiveReport(run, Console(width=200))
    drive(run, run.info.plan, _Silent(), live)
    assert len(run.records()) == 2
    assert (
        capsys.readouterr().out.count("the report could not be refreshed (ValueError: no figure today)") == 1
    )


class _Silent:
    """Finishes every trial."""

    def prepare(self, dataset, on_event):
        pass

    def execute(self, trial, folder, on_event):
        return make_record(trial, 0)[0]
