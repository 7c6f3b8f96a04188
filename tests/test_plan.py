"""Plans: which trials, in which order, under which ids."""

import pytest

from bench.errors import SuiteError
from bench.plan import MEANING, Trial, make_plan, run_id, slug
from bench.spec import LargestBatch
from bench.suite_file import check_document


def suite(**changes):
    document = {
        "recipe": {"epochs": 3, "seeds": [0, 1]},
        "architectures": [{"label": "A", "name": "plain_cnn"}, {"label": "B", "name": "shared_resnet"}],
    }
    return check_document({**document, **changes}, "suite")


def test_every_architecture_runs_once_before_any_runs_twice():
    """An interrupted run has something to compare."""
    assert [(trial.label, trial.seed) for trial in make_plan(suite())] == [
        ("A", 0),
        ("B", 0),
        ("A", 1),
        ("B", 1),
    ]


def test_speed_is_measured_once_per_architecture():
    """In the trial of the first seed."""
    plan = make_plan(suite(measure={"profile": True}))
    assert [trial.throughput is not None for trial in plan] == [True, True, False, False]
    assert [trial.profile for trial in plan] == [True, True, False, False]


def test_memory_is_measured_once_per_architecture():
    """In the trial of the first seed; by default the peak and not the largest batch."""
    plan = make_plan(suite())
    assert [trial.memory for trial in plan] == [True, True, False, False]
    assert {trial.largest_batch for trial in plan} == {None}
    plan = make_plan(suite(measure={"memory": False, "largest_batch": True}))
    assert [trial.memory for trial in plan] == [False] * 4
    assert [trial.largest_batch for trial in plan] == [LargestBatch(), LargestBatch(), None, None]


def test_ids_are_stable():
    """A known trial keeps its id from version to version, so that old results are found again."""
    assert make_plan(suite())[0].id == "665ec4ace136"


def test_a_plan_keeps_its_meaning():
    """Read again by a later program, which computes the same trial otherwise, it has the ids it had."""
    trial = make_plan(suite())[0]
    again = type(trial).model_validate_json(trial.model_dump_json())
    assert (again.meaning, again.id, again.folder) == (MEANING, trial.id, trial.folder)
    assert trial.model_copy(update={"meaning": MEANING + 1}).id != trial.id


def test_a_plan_that_does_not_state_its_meaning_is_of_the_first():
    """As the first versions wrote it."""
    written = make_plan(suite())[0].model_dump(mode="json", exclude={"meaning"})
    trial = Trial.model_validate(written)
    assert trial.meaning == 1
    assert trial.id == "c1cf07f20ccc"


def test_what_moves_numbers_moves_the_id():
    """Recipe, data, seed, arguments and arithmetic count."""
    base = make_plan(suite())[0].id
    changed = [
        suite(recipe={"epochs": 4, "seeds": [0, 1]}),
        suite(recipe={"epochs": 3, "seeds": [5, 1]}),
        suite(dataset={"name": "mnist"}),
        suite(execution={"precision": "float32"}),
        suite(architectures=[{"label": "A", "name": "plain_cnn", "args": {"width": 16}}]),
    ]
    assert len({base, *(make_plan(other)[0].id for other in changed)}) == 6


def test_what_does_not_move_numbers_keeps_the_id():
    """Titles, labels, targets, claims and time limits do not count."""
    base = make_plan(suite())[0].id
    same = [
        suite(title="another"),
        suite(measure={"convergence": {"targets": [0.5]}}),
        suite(measure={"memory": False}),
        suite(execution={"time_limit": 60.0}),
        suite(architectures=[{"label": "other", "name": "plain_cnn"}]),
        suite(recipe={"epochs": 3, "seeds": [0, 1], "label_smoothing": 0.0}),
    ]
    assert {make_plan(other)[0].id for other in same} == {base}


def test_a_new_claim_resumes_the_run_and_a_new_seed_does_not():
    """The run's id is that of its trials."""
    claim = {"architecture": "A", "metric": "params", "value": 1.0}
    assert run_id(make_plan(suite())) == run_id(make_plan(suite(claims=[claim])))
    assert run_id(make_plan(suite())) != run_id(make_plan(suite(recipe={"epochs": 3, "seeds": [0]})))


def test_an_architecture_may_have_seeds_of_its_own():
    """Any recipe key can be overridden."""
    plan = make_plan(
        suite(
            architectures=[{"label": "A", "name": "x", "recipe": {"seeds": [7]}}, {"label": "B", "name": "x"}]
        )
    )
    assert [(trial.label, trial.seed) for trial in plan] == [("A", 7), ("B", 0), ("B", 1)]


@pytest.mark.parametrize(
    "label", ["../../etc/passwd", "a/b\\c", "\u202eevil", "🦙", "", ".", "x" * 500, "con:1|?*"]
)
def test_labels_cannot_leave_the_run_directory(label):
    """A folder name is short and holds letters, digits and hyphens only."""
    name = slug(label)
    assert name.replace("-", "").isalnum()
    assert name.isascii()
    assert len(name) <= 40


def test_labels_that_look_alike_get_folders_of_their_own():
    """Same slug, other content: the hash tells them apart."""
    plan = make_plan(
        suite(
            architectures=[
                {"label": "A!", "name": "plain_cnn"},
                {"label": "A?", "name": "plain_cnn", "args": {"width": 8}},
            ]
        )
    )
    assert len({trial.folder for trial in plan}) == len(plan)


def test_the_same_trial_under_labels_of_the_same_letters_is_refused():
    """Their results would be written into one folder."""
    with pytest.raises(SuiteError, match="'A!' and 'A\\?' name the same trial"):
        make_plan(
            suite(architectures=[{"label": "A!", "name": "plain_cnn"}, {"label": "A?", "name": "plain_cnn"}])
        )
