"""Trials of another run: taken over when training them again would repeat them, and only then."""

import json
import shutil
from pathlib import Path

import pytest
from earlier_runs import HERE, adopted, another, decoded, here
from factories import document, write_run
from faults import FORBIDDEN, FULL, READ_ONLY, Faults, KilledError

from bench.analysis.tables import load
from bench.data import loading
from bench.errors import DataError, WriteError
from bench.execution import adoption, conditions
from bench.plan import make_plan
from bench.store import TAKEN_FILE, TrialStore
from bench.store import run as run_directory
from bench.suite_file import check_document
from bench.world import World

pytestmark = pytest.mark.usefixtures("place")


def test_only_the_new_seed_is_left(tmp_path, earlier):
    """All that the others left is there, checkpoints included, and stays where it was."""
    run = another(tmp_path)
    assert adopted(run) == [("CNN", 0), ("ResNet", 0), ("ResNet, MLP head", 0)]
    for trial in run.info.plan[:3]:
        assert run.trial(trial).read_record() == earlier.trial(trial).read_record()
        files = [
            {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
            for folder in (run.trial(trial).folder, earlier.trial(trial).folder)
        ]
        assert json.loads(files[0].pop(Path(TAKEN_FILE))) == {"run_id": earlier.folder.name}
        assert files[0] == files[1]
    assert len(files[0]) >= 5
    assert [run.trial(trial).folder.exists() for trial in run.info.plan[3:]] == [False] * 3


def test_a_new_architecture_costs_only_itself(tmp_path, earlier):
    """The suite's other rows are there."""
    more = [*document()["architectures"], {"label": "VGG", "name": "vgg11"}]
    run = another(tmp_path, recipe={"epochs": 3, "seeds": [0]}, architectures=more)
    assert len(adopted(run)) == 3
    assert not run.trial(run.info.plan[3]).folder.exists()


def test_only_what_is_asked_for_is_taken(tmp_path, earlier):
    """`--only` names labels."""
    run = another(tmp_path)
    assert adopted(run, run.info.plan[:1]) == [("CNN", 0)]


def test_it_goes_both_ways_between_small_and_large_runs(tmp_path, earlier, monkeypatch):
    """Whose folders lie in other places."""
    monkeypatch.setattr(run_directory, "MOST_IN_A_FOLDER", 2)
    large = another(tmp_path)
    assert len(adopted(large)) == 3
    assert all(large.trial(trial).folder.parent.name == trial.id[:2] for trial in large.info.plan[:3])
    shutil.rmtree(earlier.folder)
    monkeypatch.setattr(run_directory, "MOST_IN_A_FOLDER", 5000)
    small = another(tmp_path, recipe={"epochs": 3, "seeds": [0, 2]})
    assert len(adopted(small)) == 3
    assert all(small.trial(trial).folder.parent.name == "trials" for trial in small.info.plan[:3])


@pytest.mark.parametrize(
    "change",
    [
        {"environment": {**HERE, "program": "another"}},
        {"environment": {**HERE, "python": "3.12.1"}},
        {"environment": {key: value for key, value in HERE.items() if key != "program"}},
        {"status": "failed"},
        {"status": "interrupted"},
        {"data": None},
        {"choices": None},
    ],
    ids=["program", "library", "program not recorded", "failed", "interrupted", "no data", "no choices"],
)
def test_what_could_come_out_differently_is_trained(tmp_path, change):
    """Another program, machine or end."""
    write_run(
        tmp_path,
        document(recipe={"epochs": 3, "seeds": [0]}),
        lambda one: here(one).model_copy(update=change),
    )
    assert adopted(another(tmp_path)) == []


@pytest.mark.parametrize(
    "known",
    [decoded("fedcba9876543210"), decoded(classes=("renamed",)), None, DataError("not here")],
    ids=["others", "other classes", "not decoded", "missing"],
)
def test_other_images_are_another_experiment(tmp_path, earlier, monkeypatch, known):
    """Or ones that are not decoded here, or not there."""

    def facts(dataset, data_root):
        if isinstance(known, Exception):
            raise known
        return known

    monkeypatch.setattr(loading, "decoded_facts", facts)
    assert adopted(another(tmp_path)) == []


def test_several_processes_do_not_take_what_one_trained(tmp_path, earlier, monkeypatch):
    """Their times differ."""
    two = World(0, 2, 0, 2, 0, 1, "127.0.0.1", 0)
    monkeypatch.setattr(conditions, "world", lambda: two)
    assert adopted(another(tmp_path)) == []


def test_code_of_the_user_may_have_changed(tmp_path, monkeypatch):
    """Networks named `module:function` and those that a package adds are trained; torchvision's are taken."""
    entries = [
        {"label": "Mine", "name": "mine:network"},
        {"label": "Theirs", "name": "torchvision:resnet18"},
        {"label": "Added", "name": "added"},
    ]
    suite = {"architectures": entries, "claims": [], "recipe": {"epochs": 3, "seeds": [0]}}
    write_run(tmp_path, document(**suite), here)
    entry = type("Entry", (), {"name": "added"})
    monkeypatch.setattr(adoption, "entry_points", lambda group: [entry])
    assert adopted(another(tmp_path, **{**suite, "recipe": {"epochs": 3, "seeds": [0, 1]}})) == [
        ("Theirs", 0)
    ]


def test_memory_that_was_not_measured_is(tmp_path, earlier):
    """It does not change a trial's id, so that it is looked at apart."""
    asking = {**document()["measure"], "memory": True}
    without = write_run(
        tmp_path / "b", document(recipe={"epochs": 3, "seeds": [0]}, measure={"memory": False}), here
    )
    assert adopted(another(tmp_path / "b", measure=asking)) == []
    assert without.info.plan[0].memory is False


def test_what_has_begun_is_continued(tmp_path, earlier):
    """A folder that is there belongs to this run."""
    run = another(tmp_path)
    run.trial(run.info.plan[0]).folder.mkdir(parents=True)
    assert [label for label, _ in adopted(run)] == ["ResNet", "ResNet, MLP head"]


@pytest.mark.parametrize("fault", ["record", "table", "link"])
def test_what_is_damaged_is_not_taken(tmp_path, earlier, fault):
    """The log says so, and the others are."""
    folder = earlier.trial(earlier.info.plan[0]).folder
    if fault == "link":
        (folder / "more").symlink_to("/etc")
    else:
        path = folder / ("record.json" if fault == "record" else "epochs.csv")
        path.write_bytes(path.read_bytes()[:-20])
    assert [label for label, _ in adopted(another(tmp_path))] == ["ResNet", "ResNet, MLP head"]


def test_a_record_that_claims_another_trial_is_not_taken(tmp_path, earlier):
    """The id is made of the trial that the record tells, not of the name of its folder."""
    plan = make_plan(check_document(document(recipe={"epochs": 3, "seeds": [0]}), "test"))
    first, second = (earlier.trial(trial) for trial in plan[:2])
    record = second.read_record()
    first.write_table("epochs", ("epoch",), [])
    first.write_record(record.model_copy(update={"files": first.digests()}))
    assert ("CNN", 0) not in adopted(another(tmp_path))


def content(folder):
    """Every file of a run's trials, but for how long the run exists."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in (folder / "trials").rglob("*")
        if path.is_file() and path.name != TAKEN_FILE
    }


@pytest.mark.parametrize("errors", [(FULL, READ_ONLY, FORBIDDEN), ("killed",)], ids=["disk", "kill"])
def test_wherever_copying_stops_it_goes_on_there(tmp_path, monkeypatch, errors):
    """At each call that changes the disk: a clear message, nothing half, and then the same files."""
    one = {"architectures": document()["architectures"][:1], "claims": []}
    whole = write_run(tmp_path, document(**one, recipe={"epochs": 3, "seeds": [0]}), here)
    run = another(tmp_path, **one)
    faults = Faults(monkeypatch)
    faults.arm(None, None)
    assert adopted(run) == [("CNN", 0)]
    calls = faults.disarm()
    assert calls > 20
    for at in range(1, calls + 1):
        shutil.rmtree(run.folder / "trials")
        faults.arm(at, errors[at % len(errors)])
        message = attempt(run)
        faults.disarm()
        assert message is None or ": cannot be written: " in message, at
        run.sweep()
        trial = run.trial(run.info.plan[0])
        assert not trial.folder.exists() or trial.read_record() is not None, at
        adopted(run)
        assert content(run.folder) == content(whole.folder), at


def attempt(run):
    """The message of a run that could not write; None when it was killed, or did not care."""
    try:
        adopted(run)
    except WriteError as error:
        return str(error)
    except KilledError:
        pass
    return None


def test_a_kill_while_copying_leaves_nothing_that_counts(tmp_path, earlier):
    """The next run sweeps it, and copies again."""
    run = another(tmp_path)
    trial = run.info.plan[0]
    half = run.trial(trial).folder.with_name(f".{trial.folder}.123.part")
    half.mkdir(parents=True)
    (half / "record.json").write_text(json.dumps({}))
    run.sweep()
    assert not half.exists()
    assert ("CNN", 0) in adopted(run)


def test_a_source_that_changes_while_it_is_copied_is_left(tmp_path, earlier, monkeypatch):
    """`--fresh` in the other run may remove the record meanwhile."""
    real = TrialStore.read_record

    def vanishing(store, tables=None):
        return None if store.folder.name.endswith(".part") else real(store, tables)

    monkeypatch.setattr(TrialStore, "read_record", vanishing)
    run = another(tmp_path)
    assert adopted(run) == []
    assert list((run.folder / "trials").iterdir()) == []


def test_the_report_tells(tmp_path, earlier):
    """How many results are older than the run."""
    run = another(tmp_path)
    adopted(run)
    told = dict(zip(*(load(run).warnings[name] for name in ("kind", "message")), strict=True))
    assert told["taken from another run"].startswith("3 of 6 trials were trained and timed by another")
    assert "taken from another run" not in set(load(earlier).warnings["kind"])


def test_links_in_place_of_folders_are_left_out(tmp_path, earlier):
    """One that leads back to where it lies has no end; what lies outside is not the run's."""
    trials = earlier.folder / "trials"
    outside = tmp_path / "outside"
    shutil.move(trials / earlier.info.plan[0].folder, outside)
    (trials / earlier.info.plan[0].folder).symlink_to(outside)
    (trials / "ab").symlink_to(trials)
    assert [label for label, _ in adopted(another(tmp_path))] == ["ResNet", "ResNet, MLP head"]
