"""What looks like the same trial and is none, what cannot be read, and what a reader must be told."""

import os
from multiprocessing import Pipe
from pathlib import Path

import pytest
from earlier_runs import CPU, adopted, another, here, retold
from factories import document, write_run

from bench import environment
from bench.analysis.comparison import compare, read_side
from bench.analysis.tables import load
from bench.commands.progress.taken_over import taken_over
from bench.errors import SuiteError
from bench.execution import adoption, conditions, worker
from bench.execution.where import Where
from bench.records import DistributionFacts, InitialFacts
from bench.store import CHECKPOINT_FILE, sha256
from bench.world import World
from reports.compare.opening import caveats

pytestmark = pytest.mark.usefixtures("place")


@pytest.mark.parametrize(
    "there",
    [Where("cuda:0", "H200", "bfloat16"), CPU._replace(precision="float32"), CPU._replace(device_name="x")],
)
def test_another_device_is_another_experiment(tmp_path, earlier, there):
    """A GPU that is there now, or that a cluster gave last time, is not in the description of a machine."""
    assert adopted(another(tmp_path), device=there) == []


def test_without_its_device_nothing_is_taken(tmp_path, earlier):
    """The run tells so before its first trial."""

    def missing(execution):
        raise SuiteError("no such device")

    run = another(tmp_path)
    assert adoption.adopt(run, run.info.plan, None, missing) == []


@pytest.mark.parametrize("change", [{"threads": 1}, {"exclusive": False}, {"exclusive": None}])
def test_other_threads_or_company_give_other_times(tmp_path, earlier, change):
    """As on a Ray node, where a trial gets a share of the cores."""
    choices = earlier.trial(earlier.info.plan[0]).read_record().choices
    retold(earlier, earlier.info.plan[0], choices=choices.model_copy(update=change))
    assert [label for label, _ in adopted(another(tmp_path))] == ["ResNet", "ResNet, MLP head"]


def test_a_cluster_takes_nothing(tmp_path, earlier):
    """Nobody knows which of its machines a trial would get."""
    assert adopted(another(tmp_path, execution={"engine": "ray"})) == []


@pytest.mark.parametrize(("epochs", "nodes"), [({1: 1, 2: 2}, 1), ({2: 3}, 2), ({2: 3}, 1)])
def test_as_many_processes_from_the_first_epoch_on(tmp_path, earlier, monkeypatch, epochs, nodes):
    """On as many machines; one of two that was begun by one process is not taken by two."""
    monkeypatch.setattr(conditions, "world", lambda: World(0, 2, 0, 2, 0, 1, "127.0.0.1", 0))
    monkeypatch.setattr(environment, "usable_cores", lambda: 4)
    facts = DistributionFacts(
        world_size=2, nodes=nodes, backend="gloo", global_batch_size=128, device_batch_sizes=(64, 64),
        batch_norm="none", epochs_by_world_size=epochs,
    )  # fmt: skip
    retold(earlier, earlier.info.plan[0], distribution=facts)
    assert adopted(another(tmp_path)) == ([("CNN", 0)] if (epochs, nodes) == ({2: 3}, 1) else [])


FIRST = {"label": "First", "name": "plain_cnn"}
SECOND = {
    "label": "Second",
    "name": "plain_cnn",
    "recipe": {"epochs": 9, "init_from": {"trial": "First", "keep": "weights"}},
}


def started_from(digest):
    """Records of a chain whose second trial began with this checkpoint."""
    return lambda one: here(one).model_copy(
        update={"initial": InitialFacts(checkpoint_sha256=digest)} if one.trial.origin else {}
    )


def chain(folder, digest=None, first=None, checkpoint=b"weights"):
    """A finished run of two trials, of which the second starts from the first."""
    entries = {"architectures": [first or FIRST, SECOND], "claims": []}
    run = write_run(
        folder,
        document(**entries, recipe={"epochs": 3, "seeds": [0]}),
        started_from(digest or sha256(b"weights")),
    )
    if checkpoint:
        (run.trial(run.info.plan[0]).folder / CHECKPOINT_FILE).write_bytes(checkpoint)
    return another(folder, **entries)


def test_a_chain_is_taken_whole(tmp_path):
    """The second trial with the first, whose checkpoint it started from."""
    assert adopted(chain(tmp_path)) == [("First", 0), ("Second", 0)]


def test_what_started_from_another_checkpoint_is_trained(tmp_path):
    """The first trial may have been trained again since."""
    assert adopted(chain(tmp_path, digest="0" * 64)) == [("First", 0)]


def test_without_the_checkpoint_that_others_start_from(tmp_path):
    """Somebody freed the space: both are trained, since a new one could not start."""
    assert adopted(chain(tmp_path, checkpoint=None)) == []


def test_what_started_from_code_of_the_user_is_trained(tmp_path):
    """However its own network is named."""
    assert adopted(chain(tmp_path, first={**FIRST, "name": "mine:network"})) == []


def test_a_damaged_checkpoint_is_not_taken(tmp_path, earlier):
    """Nor is its trial; the others are."""
    folder = earlier.trial(earlier.info.plan[0]).folder
    (folder / f"{CHECKPOINT_FILE}.sha256").write_text("0" * 64)
    assert [label for label, _ in adopted(another(tmp_path))] == ["ResNet", "ResNet, MLP head"]


def test_what_others_may_not_let_read_is_left(tmp_path, earlier, monkeypatch):
    """A colleague's run, or a disk that fails: the run goes on without."""
    real = os.scandir

    def forbidding(path="."):
        if Path(path).is_relative_to(earlier.folder / "trials"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", forbidding)
    assert adopted(another(tmp_path)) == []


def test_a_disk_that_fails_while_it_is_read_costs_one_trial(tmp_path, earlier, monkeypatch):
    """The run goes on, and trains it; nothing is wrong with where it writes."""
    bad = earlier.trial(earlier.info.plan[0]).folder / CHECKPOINT_FILE
    really_open = Path.open

    def failing(path, mode="r", *args, **options):
        file = really_open(path, mode, *args, **options)
        return SickFile(file) if path == bad else file

    monkeypatch.setattr(Path, "open", failing)
    assert [label for label, _ in adopted(another(tmp_path))] == ["ResNet", "ResNet, MLP head"]


class SickFile:
    """A file whose disk has failed."""

    def __init__(self, file):
        self._file = file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def read(self, count=-1):
        raise OSError(5, "Input/output error")


def test_what_is_to_be_trained_anew_is_not_taken_later(tmp_path, earlier):
    """`--fresh` that was stopped goes on without it, and still trains what had not begun."""
    run = another(tmp_path)
    for trial in run.info.plan:
        run.remove(trial)
    assert adopted(run) == []


def test_the_report_tells_of_trials_that_ended_after_the_run_was_made(tmp_path, earlier):
    """Two runs of a suite may take turns."""
    run = another(tmp_path)
    adopted(run)
    for trial in run.info.plan[:3]:
        retold(run, trial, finished_at="2099-01-01T00:00:00+00:00")
    assert "taken from another run" in set(load(run).warnings["kind"])


def test_a_comparison_knows_what_was_not_repeated(tmp_path, earlier):
    """Agreement of a training with itself is no evidence."""
    run = another(tmp_path)
    adopted(run)
    both = compare(read_side(earlier), read_side(run))
    assert both.shared == 3
    assert "3 trials are in both runs" in comparison_text(both)
    assert compare(read_side(earlier), read_side(earlier)).shared == 0


def comparison_text(comparison):
    """The caveats of a comparison."""
    return "; ".join(text for part in caveats(comparison).parts for _, text in part.pairs)


def test_loggers_that_keep_their_own_books_are_named(tmp_path, earlier):
    """They are told by the run that trains."""
    run = another(tmp_path, execution={"loggers": ["tensorboard", "mlflow"]})
    found = adoption.adoptable(run, run.info.plan, None, lambda execution: CPU)
    assert list(taken_over(found))[-1] == "note: mlflow will not be told of what is taken by this run"


def test_a_worker_describes_itself_before_it_is_asked(monkeypatch):
    """Code that is edited during the first trial is not that which trained it."""
    told = []
    monkeypatch.setattr(environment, "describe", lambda: told.append("described"))
    for name in ("end_with_parent", "keep_freed_memory", "tell"):
        monkeypatch.setattr(worker, name, lambda *_: None)
    monkeypatch.setattr(worker.signal, "signal", lambda *_: None)
    ours, theirs = Pipe()
    ours.close()
    worker.serve(theirs)
    assert told == ["described"]


def test_variables_that_change_arithmetic_are_part_of_a_machine(monkeypatch):
    """Where one is set; others are nobody's business."""
    monkeypatch.undo()  # of the machine that is made up
    for name in environment.ARITHMETIC:
        monkeypatch.delenv(name, raising=False)
    plain = environment.describe.__wrapped__()
    monkeypatch.setenv("NVIDIA_TF32_OVERRIDE", "0")
    monkeypatch.setenv("SECRET", "x")
    assert environment.describe.__wrapped__() == {**plain, "variables": {"NVIDIA_TF32_OVERRIDE": "0"}}
