"""Why a published figure cannot be compared with what was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from bench.analysis.claim_values import COUNTS
from bench.analysis.statistics import Interval
from bench.analysis.trials import Outcome
from bench.records import Choices, TrialRecord
from bench.spec import Claim

SPEEDS = frozenset({"train_images_per_second", "seconds_per_epoch"})


def obstacles(claim: Claim, measured: Interval, outcomes: tuple[Outcome, ...]) -> Iterator[str]:
    """Why the claim cannot be compared; each reason once, whichever trial shows it."""
    labels = (claim.architecture, claim.relative_to)
    mine = [outcome.record for outcome in outcomes if outcome.record and outcome.trial.label in labels]
    if claim.of_class is not None:
        named = [record.data.classes for record in mine if record.data]
        if named and not any(claim.of_class in classes for classes in named):
            yield f"the data have no class named {claim.of_class!r}"
            return
    if measured.n == 0:
        both = claim.relative_to is not None and {
            record.trial.label for record in mine if record.status == "done"
        }
        if _needs_validation(claim) and any(record.data and record.data.validated_on_test for record in mine):
            yield "test set used for validation"
        else:
            yield "no seed has a figure of both" if both == set(labels) else "nothing was measured"
        return
    if claim.metric in COUNTS:
        records = [record for record in mine if record.static]
    else:
        records = [record for record in mine if record.status == "done"]
    yield from dict.fromkeys(reason for record in records for reason in _departures(claim, record))


def unfinished(claim: Claim, outcomes: tuple[Outcome, ...]) -> str:
    """How many trials the figure leaves out because they did not end well; empty for none and for counts."""
    mine = [one for one in outcomes if one.trial.label in (claim.architecture, claim.relative_to)]
    left = Counter(one.status for one in mine if not one.done)
    if not left or claim.metric in COUNTS:
        return ""
    return f"; without {', '.join(f'{n} {status}' for status, n in left.items())} of {len(mine)} trials"


def doubtful(claim: Claim, trials: pd.DataFrame) -> str:
    """Of how many trials the time is doubtful, where the figure is one; else empty."""
    if claim.metric not in SPEEDS:
        return ""
    meant = trials["label"].isin([claim.architecture, claim.relative_to])
    mine = trials[meant & (trials["status"] == "done")]
    count = int((mine["timing"] == "doubtful").sum())
    return f"; the timing of {count} of {len(mine)} trials is doubtful" if count else ""


def optimistic(claim: Claim) -> str:
    """What is to be said of a figure that the test set has chosen; else empty."""
    return "; the test set chose the epoch" if claim.metric.startswith("best_test_") else ""


def _departures(claim: Claim, record: TrialRecord) -> Iterator[str]:
    """How a trial departs from the claim's protocol.

    The data set and the image size hold for counts as well, since the head and the input follow from them.
    """
    protocol, trial, data = claim.protocol, record.trial, record.data
    if protocol.dataset and _plain(protocol.dataset) != _plain(trial.dataset.name):
        yield f"published on {protocol.dataset}, measured on {trial.dataset.name}"
    side = data.image_shape[-1] if data else trial.dataset.image_size
    if protocol.image_size and side and protocol.image_size != side:
        yield f"published at {protocol.image_size} pixels, measured at {side}"
    if claim.metric not in COUNTS:
        yield from _departures_in_training(claim, record)


def _departures_in_training(claim: Claim, record: TrialRecord) -> Iterator[str]:
    """Departures that move accuracies and speeds, but no counts."""
    protocol, trial, choices = claim.protocol, record.trial, record.choices
    if protocol.epochs and protocol.epochs != trial.recipe.epochs:
        yield f"published after {protocol.epochs} epochs, measured after {trial.recipe.epochs}"
    if protocol.precision and choices and protocol.precision != choices.precision:
        yield f"published in {protocol.precision}, measured in {choices.precision}"
    if protocol.device and choices and not _same_device(protocol.device, choices):
        yield f"published on {protocol.device}, measured on {choices.device_name}"
    if trial.dataset.limit and claim.metric != "train_images_per_second":
        yield f"measured on a part of the data set (limit = {trial.dataset.limit})"
    if claim.metric not in SPEEDS:
        yield from _departures_in_data(claim, record)


def _departures_in_data(claim: Claim, record: TrialRecord) -> Iterator[str]:
    """Departures that move accuracies and losses alone."""
    protocol, data = claim.protocol, record.data
    if protocol.original_images and data and data.reencoded:
        yield "published on the original images, measured on a re-encoded copy"
    if _needs_validation(claim) and data and data.validated_on_test:
        yield "test set used for validation"


def _needs_validation(claim: Claim) -> bool:
    """Whether the figure is of images held out from training, or of the epoch that they select."""
    return claim.metric.startswith(("validation_", "selected_"))


def _plain(dataset: str) -> str:
    """Its name however it is written: CIFAR-10, cifar10."""
    return "".join(letter for letter in dataset.lower() if letter.isalnum())


def _same_device(claimed: str, choices: Choices) -> bool:
    """Whether a device's published name, for example "A100" or "cpu", is part of the measured one's."""
    return claimed.lower() in f"{choices.device} {choices.device_name}".lower()
