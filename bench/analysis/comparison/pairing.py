"""Which architecture of one run is compared with which of the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.plan import Trial


@dataclass(frozen=True)
class Pair:
    """The same architecture in both runs."""

    a: str
    """Its label in A."""
    b: str
    """Its label in B."""

    @property
    def label(self) -> str:
        """What it is called; both labels where they differ."""
        return self.b if self.a == self.b else f"{self.a} \u2192 {self.b}"


def pair_up(
    a: Mapping[str, Trial], b: Mapping[str, Trial]
) -> tuple[tuple[Pair, ...], tuple[str, ...], tuple[str, ...]]:
    """Match architectures by label, and what is left by what it is.

    Of those without a namesake, two are a pair if they are the only ones left with this name and these
    arguments; where several are, their recipes must be equal, too.

    Args:
        a: A trial of each architecture by label.
        b: The same of the other run.

    Returns:
        Pairs in the order of `b`, labels in `a` alone, and labels in `b` alone.
    """
    partner = {label: label for label in b if label in a}
    for identity in (_network, _network_and_recipe):
        left = _by(identity, {label: trial for label, trial in a.items() if label not in partner.values()})
        right = _by(identity, {label: trial for label, trial in b.items() if label not in partner})
        for key, labels in right.items():
            if len(labels) == len(left.get(key, ())) == 1:
                partner[labels[0]] = left[key][0]
    pairs = tuple(Pair(partner[label], label) for label in b if label in partner)
    gone = tuple(label for label in a if label not in partner.values())
    return pairs, gone, tuple(label for label in b if label not in partner)


def _by(identity: Callable[[Trial], str], trials: Mapping[str, Trial]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for label, trial in trials.items():
        found.setdefault(identity(trial), []).append(label)
    return found


def _network(trial: Trial) -> str:
    return trial.model_dump_json(include={"architecture", "args"})


def _network_and_recipe(trial: Trial) -> str:
    return trial.model_dump_json(include={"architecture": True, "args": True, "recipe": True})
