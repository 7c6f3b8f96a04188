"""Starting from a checkpoint: what is in the file, not where it lies, belongs to the trial."""

import hashlib

import pytest

from bench.errors import SuiteError
from bench.pinning import pin
from bench.plan import make_plan
from bench.suite_file import check_document


def plan(*architectures, **recipe):
    document = {
        "recipe": {"epochs": 3, "seeds": [0, 1], **recipe},
        "architectures": [{"name": "plain_cnn", **one} for one in architectures],
    }
    return make_plan(check_document(document, "suite"))


def starts_from(label, **more):
    return {"init_from": {"trial": label, **more}}


def test_a_trial_starts_from_that_of_the_same_seed():
    """Its whole ancestry is in the plan."""
    trials = plan({"label": "A"}, {"label": "B", "recipe": starts_from("A")})
    origins = [(trial.label, trial.seed, trial.origin and trial.origin.folder) for trial in trials]
    assert origins == [
        ("A", 0, None), ("B", 0, trials[0].folder), ("A", 1, None), ("B", 1, trials[2].folder),
    ]  # fmt: skip


def test_ids_follow_the_ancestor():
    """Its recipe counts, its label does not; and neither what is kept may be confused."""
    base = plan({"label": "A"}, {"label": "B", "recipe": starts_from("A")})
    renamed = plan({"label": "Z"}, {"label": "B", "recipe": starts_from("Z")})
    longer = plan({"label": "A", "recipe": {"epochs": 2}}, {"label": "B", "recipe": starts_from("A")})
    resumed = plan(
        {"label": "A", "recipe": {"epochs": 2}}, {"label": "B", "recipe": starts_from("A", keep="training")}
    )
    assert base[1].id == renamed[1].id
    assert len({base[0].id, base[1].id, longer[1].id, resumed[1].id}) == 4


@pytest.mark.parametrize(
    ("architectures", "message"),
    [
        (
            [{"label": "B", "recipe": starts_from("A")}, {"label": "A"}],
            r"architectures\[0\].recipe.init_from.trial: no architecture above has the label 'A'",
        ),
        (
            [{"label": "Base"}, {"label": "B", "recipe": starts_from("Bose")}],
            "no architecture above has the label 'Bose'; did you mean 'Base'",
        ),
        (
            [{"label": "A", "recipe": {"seeds": [7]}}, {"label": "B", "recipe": starts_from("A")}],
            "'A' has no trial of seed 0 before this one",
        ),
        (
            [{"label": "A"}, {"label": "B", "recipe": starts_from("A", keep="training")}],
            "'A' has trained for 3 epochs, which count here too",
        ),
        (
            [{"label": "A", "recipe": {"init_from": {"keep": "weights"}}}],
            r"architectures\[0\].recipe.init_from: init_from needs either trial .* or checkpoint",
        ),
    ],
)
def test_starts_that_cannot_be_are_refused(architectures, message):
    """Before anything is trained."""
    with pytest.raises(SuiteError, match=message):
        plan(*architectures)


def test_a_file_counts_by_its_content(tmp_path):
    """Moved, it is the same; changed, it is another trial."""
    ids = []
    for name, content in (("a.pt", b"one"), ("b.pt", b"one"), ("a.pt", b"two")):
        (tmp_path / name).write_bytes(content)
        (trial, _) = pin(plan({"label": "A"}, init_from=str(tmp_path / name)))
        assert trial.recipe.init_from.sha256 == hashlib.sha256(content).hexdigest()
        ids.append(trial.id)
    assert ids[0] == ids[1] != ids[2]


def test_descendants_follow_the_file_of_their_ancestor(tmp_path):
    """A trial that starts from one that starts from a file."""
    ids = set()
    for content in (b"one", b"two"):
        (tmp_path / "a.pt").write_bytes(content)
        first, second, *_ = pin(
            plan(
                {"label": "A", "recipe": {"init_from": str(tmp_path / "a.pt")}},
                {"label": "B", "recipe": starts_from("A")},
            )
        )
        assert second.origin == first
        ids.add(second.id)
    assert len(ids) == 2


def test_a_file_that_is_not_the_one_named_is_refused(tmp_path):
    """A suite may hold the digest of the file it means."""
    (tmp_path / "a.pt").write_bytes(b"one")
    start = {"checkpoint": str(tmp_path / "a.pt"), "sha256": "0" * 64}
    with pytest.raises(SuiteError, match="is another file than the suite names"):
        pin(plan({"label": "A"}, init_from=start))


def test_a_missing_file_is_named(tmp_path):
    """With its full path."""
    with pytest.raises(SuiteError, match=r"recipe.init_from.checkpoint: /.*/none.pt cannot be read"):
        pin(plan({"label": "A"}, init_from=str(tmp_path / "none.pt")))


def test_trials_that_start_from_their_seed_keep_their_ids():
    """Pinning changes nothing for them."""
    trials = plan({"label": "A"})
    assert pin(trials) == trials
