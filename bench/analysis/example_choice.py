"""Which test images to show: confidently wrong ones of each network, and ones on which two disagree.

The answer of a network to an image is the vote of its finished seeds. Its margin is the mean over seeds of
the confidence in the predicted class, counted as negative where that class is wrong: -1 is surely wrong in
every seed, +1 surely right. No random number decides anything; of equal margins the lower index comes first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.records import Answer, Example

MOST_PAIRED = 4
"""Up to so many networks are compared each with each; of more, each with the most accurate one."""


@dataclass(frozen=True)
class Vote:
    """What the seeds of one network say of all N test images together."""

    label: str
    """Of the architecture."""
    seeds: int
    """How many voted."""
    prediction: NDArray[np.int64]
    """(N) the class that most seeds chose; of as many, the one they are surer of, then the lower number."""
    confidence: NDArray[np.float64]
    """(N) in that class, mean over the seeds that chose it."""
    right: NDArray[np.int64]
    """(N) seeds that chose the true class."""
    margin: NDArray[np.float64]
    """(N) in [-1, 1]; see the module."""

    @classmethod
    def of(
        cls, label: str, true: NDArray[np.int64], predicted: NDArray[np.int64], sure: NDArray[np.float64]
    ) -> Vote:
        """Count the votes.

        Args:
            label: Of the architecture.
            true: (N) true classes.
            predicted: (seeds, N) predicted classes.
            sure: (seeds, N) confidence in them.
        """
        same = predicted[:, None, :] == predicted[None, :, :]  # (seeds, seeds, N)
        votes, trust = same.sum(axis=1), np.einsum("stn,tn->sn", same, sure)
        winner = np.lexsort((predicted, -trust, -votes), axis=0)[0]  # seed whose class wins, per image
        images = np.arange(len(true))
        right = predicted == true
        return cls(
            label=label,
            seeds=len(predicted),
            prediction=predicted[winner, images],
            confidence=trust[winner, images] / votes[winner, images],
            right=right.sum(axis=0),
            margin=np.where(right, sure, -sure).mean(axis=0),
        )

    def answer(self, index: int) -> Answer:
        """What is said of one image."""
        return Answer(
            architecture=self.label,
            prediction=int(self.prediction[index]),
            confidence=round(float(self.confidence[index]), 6),
            right=int(self.right[index]),
            seeds=self.seeds,
        )


def choose(votes: Sequence[Vote], true: NDArray[np.int64], count: int) -> list[list[Example]]:
    """Groups of at most `count` examples, the clearest first; a group without any is left out.

    A group for each network, of images that its seeds get wrong by vote, lowest margin first; and two for
    each pair, of images that one gets right and the other wrong, largest difference of margins first.

    Args:
        votes: One for each network, in the order of the suite.
        true: (N) true classes.
        count: Examples in a group.
    """
    groups = [
        [_example(index, true, vote) for index in _lowest(vote.margin, vote.prediction != true, count)]
        for vote in votes
    ]
    for good, bad in _pairs(votes, true):
        split = (good.prediction == true) & (bad.prediction != true)
        chosen = _lowest(bad.margin - good.margin, split, count)
        groups.append([_example(index, true, good, bad) for index in chosen])
    return [group for group in groups if group]


def _pairs(votes: Sequence[Vote], true: NDArray[np.int64]) -> Iterator[tuple[Vote, Vote]]:
    """Ordered pairs, the two orders of a pair next to each other."""
    if len(votes) <= MOST_PAIRED:
        pairs = list(itertools.combinations(votes, 2))
    else:
        best = max(votes, key=lambda vote: int((vote.prediction == true).sum()))
        pairs = [(best, vote) for vote in votes if vote is not best]
    for first, second in pairs:
        yield first, second
        yield second, first


def _lowest(score: NDArray[np.float64], eligible: NDArray[np.bool_], count: int) -> list[int]:
    """Indices of the lowest scores among the eligible, lowest first."""
    among = np.flatnonzero(eligible)
    found: list[int] = among[np.argsort(score[among], kind="stable")][:count].tolist()
    return found


def _example(index: int, true: NDArray[np.int64], *votes: Vote) -> Example:
    answers = tuple(vote.answer(index) for vote in votes)
    return Example(index=index, label=int(true[index]), answers=answers)
