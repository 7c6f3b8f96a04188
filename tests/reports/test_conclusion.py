"""The paragraph says what the tables hold, and no more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import architectures, certificate, document, write_run

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
    assert "of training, 1.5 epochs;" in paragraph(tmp_path, [[0.70, 0.71], [0.75, 0.76]], measure=measure)


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


def without(*lost):
    """A change by which these trials, (number, seed), failed."""

    def change(record):
        key = int(record.trial.label.split()[1]), record.trial.seed
        return record.model_copy(update={"status": "failed", "reason": "x"}) if key in lost else record

    return change


def test_the_highest_mean_of_unequal_seeds_may_be_behind(tmp_path):
    """Network 1 lacks its best seed: on common seeds it is ahead, and that is not kept back."""
    accuracies = [[0.70, 0.71, 0.90], [0.721, 0.73, 0.95]]
    text = paragraph(tmp_path, accuracies, without((1, 2)))
    assert text.startswith("Network 0 has the highest mean test accuracy")
    assert (
        "On the seeds that both have finished, it is behind Network 1, by +2.05 (+1.41 to +2.69) points"
        in text
    )
    assert "It is ahead" not in text


def test_two_may_have_the_highest_accuracy(tmp_path):
    """Neither is highest alone."""
    text = paragraph(tmp_path, [[0.75], [0.75], [0.70]])
    assert (
        "Network 0 has the highest test accuracy, 75.00 % after the last epoch (one seed, so no interval), "
        in (text)
    )
    assert "interval), and so has Network 1." in text


@pytest.mark.parametrize(
    ("spread", "said"),
    [
        (1.0, "the fastest training (10.0 s an epoch; Network 1 2.0\u00d7)"),
        (
            3.0,
            "the fastest training (10.0 s an epoch; Network 1 2.0\u00d7; not set apart by its interval)",
        ),
    ],
)
def test_the_fastest_is_set_apart_by_its_interval_or_not(tmp_path, spread, said):
    """Ten seconds against twenty, give or take so many."""

    def change(record):
        middle = 10.0 * (1 + int(record.trial.label.split()[1]))
        return timed(record, middle + spread * (record.trial.seed - 1))

    assert said in paragraph(tmp_path, [[0.70, 0.71, 0.72], [0.75, 0.76, 0.77]], change)


def timed(record, seconds, certified=None):
    """A record whose epochs took so long."""
    facts = {"train_images_per_second": record.data.train_images / seconds}
    certified = {} if certified is None else {"certificate": certified}
    return record.model_copy(update={"training": record.training.model_copy(update=facts | certified)})


def test_the_fastest_of_one_seed(tmp_path):
    """A difference without an interval is not called one."""
    text = paragraph(tmp_path, [[0.70], [0.75]], lambda record: timed(record, 10.0 + record.static.params))
    assert "\u00d7; one seed, no interval)" in text


def test_doubtful_timings_are_said(tmp_path):
    """Wherever somebody is called fastest or first."""
    doubted = certificate(drift=0.5, doubts={"drift": "50 %"})
    text = paragraph(
        tmp_path, [[0.70, 0.71], [0.75, 0.76]],
        lambda record: timed(record, 10.0 + record.static.params, doubted),
        measure={"convergence": {"targets": [0.35]}},
    )  # fmt: skip
    assert "\u00d7; doubtful timing) and" in text or "\u00d7; doubtful timing)." in text
    assert "seeds; doubtful timing)." in text


def test_who_is_first_together(tmp_path):
    """As two trials are of which one continues the other, to every target before that."""
    measure = {"convergence": {"targets": [0.35]}}
    tables = load(write_run(tmp_path, document(architectures=architectures(2), claims=[], measure=measure)))
    level = replace(tables, convergence=tables.convergence.assign(seconds_median=10.0))
    text = plain_text(conclusion(level)).replace("\u202f", " ")
    assert "To 35 % test accuracy, Network 0 and Network 1 are first" in text
    assert "; equal times)" in text


def test_a_lead_below_zero_says_on_which_seeds(tmp_path):
    """The mean is the highest thanks to a seed that the other has not finished."""
    text = paragraph(tmp_path, [[0.90, 0.60, 0.62], [0.99, 0.61, 0.66]], without((1, 0)))
    assert "the lead on the seeds that both have finished is -2.50" in text


def test_who_is_first_says_at_how_many_seeds(tmp_path):
    """Two medians do not tell whether it was by chance."""
    text = paragraph(tmp_path, [[0.70, 0.71], [0.75, 0.76]], measure={"convergence": {"targets": [0.35]}})
    assert "; before Network 1 at 2 of 2 common seeds)." in text


def test_a_target_that_some_seeds_reach_is_no_target_reached(tmp_path):
    """Nor is it one never reached; before, nothing was said of it."""
    run = write_run(
        tmp_path,
        document(architectures=architectures(1), claims=[], recipe={"epochs": 4, "seeds": [0, 1, 2]}),
    )
    best = sorted(run_best for run_best in load(run).trials["best_test_accuracy"])
    measure = {"convergence": {"targets": [round((best[1] + best[2]) / 2, 6)]}}
    text = paragraph(tmp_path / "again", [[0.7, 0.7, 0.7]], measure=measure)
    assert "test accuracy at 1 of 3 seeds only." in text
    assert "is first" not in text
    assert "never reached" not in text


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
