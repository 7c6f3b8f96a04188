"""The paragraph says what the tables hold, and no more."""

from __future__ import annotations

import pytest
from factories import architectures, document, write_run

import reports
from bench.analysis.tables import load
from reports.conclusion import conclusion
from reports.words import DIRECTIONS, joined, names, plain_text


def paragraph(tmp_path, accuracies, change=lambda record: record, **suite):
    """The paragraph of a run in which each architecture ends at these accuracies, by seed."""

    def fixed(record):
        number = int(record.trial.label.split()[1])
        accuracy = accuracies[number][record.trial.seed]
        last = record.training.last.model_copy(update={"test_accuracy": accuracy})
        training = record.training.model_copy(update={"last": last})
        return change(record.model_copy(update={"training": training}))

    seeds = list(range(len(accuracies[0])))
    entries = architectures(len(accuracies))
    made = document(architectures=entries, claims=[], recipe={"epochs": 4, "seeds": seeds}, **suite)
    text = plain_text(conclusion(load(write_run(tmp_path, made, fixed))))
    return text.replace("\u202f", " ").replace("\u2212", "-")


def test_a_winner(tmp_path):
    """Ahead at every seed by about the same: named, with the lead and its interval."""
    text = paragraph(tmp_path, [[0.70, 0.71, 0.72], [0.75, 0.761, 0.77]])
    assert text.startswith("Network 1 has the highest mean test accuracy, 76.03 %")
    assert "mean of 3 seeds, 95 % interval 73.55 to 78.52 %" in text
    assert "It is ahead of Network 0, by +5.03 (+4.89 to +5.18) points." in text
    assert "told apart" not in text


def test_no_winner(tmp_path):
    """Where the interval of the lead contains zero, nobody is ahead."""
    text = paragraph(tmp_path, [[0.70, 0.74, 0.72], [0.73, 0.71, 0.735]])
    assert "It cannot be told apart from Network 0: the lead is" in text
    assert "ahead" not in text


def test_ahead_of_some(tmp_path):
    """A third architecture far behind is told apart, the second is not."""
    text = paragraph(tmp_path, [[0.70, 0.74, 0.72], [0.73, 0.71, 0.735], [0.50, 0.51, 0.52]])
    assert "It is ahead of Network 2" in text
    assert "It cannot be told apart from Network 0" in text


def test_a_lead_that_holm_takes_back(tmp_path):
    """Ahead by the interval of that pair alone: said, and that it does not hold among all pairs."""
    text = paragraph(
        tmp_path, [[0.700, 0.700, 0.700], [0.708, 0.712, 0.715], [0.500, 0.501, 0.502], [0.69, 0.72, 0.70]]
    )
    assert "Its lead over Network 0 (" in text
    assert "no longer holds after Holm's correction for the 6 pairs compared" in text
    assert "It is ahead of Network 2, by" in text
    assert "It cannot be told apart from Network 3" in text


def test_a_run_that_goes_on(tmp_path):
    """The paragraph begins with what is still to come; what is there is not taken for the result."""
    suite = document(architectures=architectures(2), claims=[], recipe={"epochs": 2, "seeds": [0, 1]})
    run = write_run(tmp_path, suite)
    *_, third, fourth = run.info.plan
    text = plain_text(conclusion(load(run, {third.folder: "running", fourth.folder: "waiting"})))
    assert text.startswith("The run goes on: 2 of 4 trials have not finished (Network 0, seed 1 is running)")
    assert plain_text(conclusion(load(run))).startswith("Network")


def test_one_seed_claims_no_lead(tmp_path):
    """The highest number is given as such; neither a lead nor a tie is stated."""
    text = paragraph(tmp_path, [[0.70], [0.75]])
    assert "one seed, so no interval" in text
    assert "ahead" not in text
    assert "told apart" not in text


def test_costs_name_the_cheapest(tmp_path):
    """Network 0 has the fewest params, and Network 1, which wins, takes twice as many."""
    text = paragraph(tmp_path, [[0.70, 0.71], [0.75, 0.76]])
    assert "Network 0 has the fewest params (81.6 k; Network 1 2.0\u00d7)" in text


def with_static(**facts):
    """A change that sets static figures by the architecture's number."""
    return lambda record: record.model_copy(
        update={
            "static": record.static.model_copy(
                update={name: by[int(record.trial.label.split()[1])] for name, by in facts.items()}
            )
        }
    )


def test_two_that_cost_the_least_are_both_named(tmp_path):
    """Neither alone has the fewest params."""
    change = with_static(params=(1000, 1000, 3000))
    text = paragraph(tmp_path, [[0.70, 0.71], [0.75, 0.76], [0.80, 0.81]], change)
    assert "Network 1 and Network 0 have the fewest params (1.00 k; Network 2 3.0\u00d7)" in text


def test_nothing_is_a_multiple_of_no_cost(tmp_path):
    """A network without a product has zero MACs; what another has is said in figures."""
    text = paragraph(tmp_path, [[0.70, 0.71], [0.75, 0.76]], with_static(macs=(0, 5_000_000)))
    assert "the fewest MACs (0; Network 1 5.00 M)" in text


def test_half_an_epoch_is_said(tmp_path):
    """The median of two seeds may lie between two epochs, and is not rounded away."""
    measure = {"convergence": {"targets": [0.411]}}
    assert "of training, 1.5 epochs)" in paragraph(tmp_path, [[0.70, 0.71], [0.75, 0.76]], measure=measure)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (0.35, "To 35 % test accuracy, Network 0 is first"),
        (0.352, "To 35.2 % test accuracy, Network 0 is first"),
        (0.9, ""),
    ],
)
def test_convergence_is_about_targets_that_were_reached(tmp_path, target, said):
    """A target that nobody reached has no first."""
    measure = {"convergence": {"targets": [target]}}
    text = paragraph(tmp_path, [[0.70, 0.71], [0.75, 0.76]], measure=measure)
    assert said in text
    assert ("is first" in text) == bool(said)


def test_nothing_finished(tmp_path):
    """Without a result there is no conclusion."""
    text = paragraph(tmp_path, [[0.7], [0.8]], lambda _: None)
    assert text == "No trial has finished, so there is nothing to compare yet."


def test_no_name_turns_the_digits_after_it(tmp_path):
    """A label that turns the direction of text would have 12.3 read as 3.21."""
    labels = ("a\u202e\u2067 N", "b\u2066 N")
    entries = [entry | {"label": label} for entry, label in zip(architectures(2), labels, strict=True)]
    suite = document(architectures=entries, claims=[], recipe={"epochs": 2, "seeds": [0, 1]})
    page = reports.report(write_run(tmp_path, suite))
    shown = page.split('<p class="conclusion">')[1].split("</p>")[0]
    assert "<bdi>a N</bdi>" in shown
    assert not DIRECTIONS.search(shown)


def test_lists_read_as_sentences():
    """Two with "and", three with a comma, many with a count."""
    rows = [{"label": label} for label in "ABCDEF"]
    assert plain_text([names(rows[:2])]) == "A and B"
    assert plain_text([names(rows[:3])]) == "A, B and C"
    assert plain_text([names(rows)]) == "A, B, C, D and 2 others"
    assert joined(["x"]) == "x"
