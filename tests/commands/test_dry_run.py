"""`bench run --dry-run`: what is left, what it costs, and what would fail."""

from io import StringIO

import pytest
from factories import document, write_run
from rich.console import Console

from bench.commands.dry_run import dry_run
from bench.commands.job import Job, Written
from bench.execution.local import TrialFailedError
from bench.execution.rehearsal import Rehearsal

ENTRIES = [{"label": "[red]A", "name": "plain_cnn"}, {"label": "B", "name": "shared_resnet"}]


class Stage:
    """An engine whose networks take a tenth of a second a step, save for those that fail."""

    def __init__(self, failing=(), batch_size=64):
        self.failing, self.batch_size, self.asked = failing, batch_size, []

    def where(self, execution):
        raise AssertionError(execution)  # no other run has anything to offer

    def rehearse(self, trials, on_event, *, seconds, time_limit, fresh):
        self.asked.append([(trial.label, trial.seed) for trial, _ in trials])
        if trials[0][0].label in self.failing:
            raise TrialFailedError("ValueError: no such luck")
        return Rehearsal(
            device="Example CPU, float32", batch_size=self.batch_size, steps=7, step_seconds=(0.1, 0.1),
            evaluation_seconds=(0.001, 0.001), weight_bytes=10**6, gradient_bytes=10**6,
            optimizer_bytes=2 * 10**6, saved_bytes=10**7, allocator_bytes=None,
            epochs_done=(0,) * len(trials),
        )  # fmt: skip


def suite(**changes):
    recipe = {"epochs": 2, "batch_size": 64, "seeds": [0, 1]}
    return document(dataset={"name": "digits"}, recipe=recipe, architectures=ENTRIES, claims=[], **changes)


def shown(engine, runs_dir, *, fresh=False, **changes):
    file = StringIO()
    job = Job.of(Written.built(suite(**changes), ()))
    code = dry_run(
        job, engine, data_root=None, runs_dir=runs_dir, fresh=fresh, console=Console(file=file, width=150)
    )
    return code, file.getvalue()


def test_the_plan_and_the_sum_are_shown(tmp_path):
    """As an estimate, with how it was made; nothing is written."""
    code, text = shown(Stage(), tmp_path / "runs")
    assert code == 0
    assert "in all: " in text
    assert "for 4 trials" in text
    assert "An estimate from 7 or more steps" in text
    assert "[red]A" in text
    assert not (tmp_path / "runs").exists()


def test_finished_trials_are_left_out(tmp_path):
    """Unless they are to be run afresh."""

    def change(record):
        return record if record.trial.label == "B" or record.trial.seed == 0 else None

    run = write_run(tmp_path, suite(title="example"), change)
    engine = Stage()
    code, text = shown(engine, tmp_path, title="example")
    assert (code, engine.asked) == (0, [[("[red]A", 1)]])
    assert "for 1 trial; 3 finished before and left out" in text
    assert run.folder.exists()
    engine = Stage()
    shown(engine, tmp_path, title="example", fresh=True)
    assert len(engine.asked) == 2


def test_a_network_that_fails_is_named_and_the_others_are_estimated(tmp_path):
    """Exit 4, as the run would."""
    code, text = shown(Stage(failing=("B",)), tmp_path)
    assert code == 4
    assert "B fails: ValueError: no such luck" in text
    assert "for 2 trials" in text


def test_nothing_left_says_so(tmp_path):
    """No sum of nothing."""
    write_run(tmp_path, suite(title="example"))
    code, text = shown(Stage(), tmp_path, title="example")
    assert code == 0
    assert text.count("done") == 2
    assert "in all" not in text


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"execution": {"time_limit": 0.5}}, "may reach its time limit of 0.5 s"),
        ({"measure": {"largest_batch": True}}, "the search for the largest batch is not in the estimate"),
    ],
)
def test_what_a_person_had_better_know_is_noted(tmp_path, changes, note):
    assert note in shown(Stage(), tmp_path, **changes)[1]


def test_steps_of_a_part_of_the_batch_are_said(tmp_path):
    assert "from steps of 8 images" in shown(Stage(batch_size=8), tmp_path)[1]
