"""Which trials may start, and when."""

from factories import document

from bench.execution.agenda import Agenda
from bench.plan import make_plan
from bench.suite_file import check_document


def plan(*later):
    """Trials of A and X, and of those that start from A's checkpoint."""
    networks = [{"label": label, "name": "plain_cnn"} for label in ("A", "X")]
    networks += [
        {"label": label, "name": "plain_cnn", "recipe": {"init_from": {"trial": "A"}}} for label in later
    ]
    return make_plan(
        check_document(document(architectures=networks, claims=[], recipe={"seeds": [0, 1]}), "test")
    )


def taken(agenda):
    found = []
    while (trial := agenda.take()) is not None:
        found.append((trial.label, trial.seed))
    return found


def test_trials_start_in_the_order_of_the_plan():
    """Seed by seed."""
    assert taken(Agenda(plan())) == [("A", 0), ("X", 0), ("A", 1), ("X", 1)]


def test_a_trial_waits_for_the_one_whose_checkpoint_it_starts_from():
    """Of its own seed; when that has ended, however, it takes its place in the order again."""
    trials = plan("B", "C")
    agenda = Agenda(trials)
    assert agenda.take() == trials[0]
    assert agenda.take() == trials[1]
    agenda.end(trials[0])
    assert taken(agenda) == [("B", 0), ("C", 0), ("A", 1), ("X", 1)]
    assert agenda.take() is None
    agenda.end(trials[4])
    assert taken(agenda) == [("B", 1), ("C", 1)]


def test_nothing_waits_for_a_trial_that_an_earlier_run_finished():
    """It is not among those that are left."""
    left = tuple(trial for trial in plan("B") if trial.label != "A")
    assert taken(Agenda(left)) == [("X", 0), ("B", 0), ("X", 1), ("B", 1)]
