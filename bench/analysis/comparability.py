"""What a reader must know before believing a comparison: unequal recipes, data, machines; missing trials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from bench.analysis.distribution import distribution_warnings
from bench.analysis.frames import groups
from bench.analysis.lint import finding_table
from bench.analysis.peaks import doubts
from bench.analysis.speed import timings
from bench.analysis.spread import without_spread
from bench.analysis.trials import Outcome
from bench.records import InitialFacts
from bench.spec import Cosine, Step, Suite

COLUMNS = ("kind", "message")


def warning_table(
    suite: Suite,
    outcomes: tuple[Outcome, ...],
    recipes: pd.DataFrame,
    differences: pd.DataFrame,
    efficiency: pd.DataFrame,
) -> pd.DataFrame:
    """One row a warning, those about accuracy first."""
    found = [
        *_in_progress(outcomes),
        *_holes(outcomes),
        *_unmeasured(outcomes),
        *_seeds(outcomes),
        *_many(differences),
        *without_spread(outcomes, differences),
        *_data(outcomes),
        *_recipes(recipes),
        *_schedules(outcomes),
        *_trained_before(outcomes),
        *_taken_over(outcomes),
        *_conditions(outcomes),
        *distribution_warnings(outcomes),
        *_compilers(outcomes),
        *_counts(outcomes),
        *_lint(outcomes),
        *_timing(outcomes),
        *doubts(outcomes, efficiency),
    ]
    if suite.dataset.limit:
        note = f"At most {suite.dataset.limit} images of each split were used (dataset.limit)."
        found.append(("part of the data", note))
    return pd.DataFrame(found, columns=list(COLUMNS))


def _in_progress(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    left = sum(outcome.ongoing is not None for outcome in outcomes)
    if left:
        unfinished = f"{left} of {len(outcomes)} trials were running or waiting when this page was written."
        advice = "If nothing runs any more, the command that started the run continues it."
        yield "run in progress", f"{unfinished} {advice}"


def _holes(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    holes: dict[str, list[str]] = {}
    for outcome in outcomes:
        if not (outcome.done or outcome.ongoing):
            holes.setdefault(outcome.status, []).append(f"{outcome.trial.label} seed {outcome.trial.seed}")
    total = sum(map(len, holes.values()))
    if total:
        names = _names((f"{status}: {_names(who)}" for status, who in holes.items()), separator="; ")
        yield "missing trials", f"{total} of {len(outcomes)} trials have no result ({names})."


def _unmeasured(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    """Measurements that a network or the device refused, one warning for each network and reason."""
    failed: dict[tuple[str, str], list[str]] = {}
    for outcome in outcomes:
        for name, why in outcome.record.unmeasured.items() if outcome.record else ():
            names = failed.setdefault((outcome.trial.label, why), [])
            names += [name] if name not in names else []
    for (label, why), names in failed.items():
        yield "not measured", f"{label}, {_names(names)}: {why}"


def _seeds(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    done: dict[str, int] = {}
    for outcome in outcomes:
        done[outcome.trial.label] = done.get(outcome.trial.label, 0) + outcome.done
    single = [label for label, count in done.items() if count == 1]
    if single:
        who = "each architecture" if len(single) == len(done) else _names(single)
        yield "single seed", f"One seed for {who}: no interval, so no difference can be called real."


def _many(differences: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Differences that look real one by one, and no longer do when all pairs are taken into account."""
    apart = differences[differences["verdict"].isin(("first", "second"))]
    chance = int((~apart["holds_among_all"].astype(bool)).sum())
    if chance:
        found = f"Of {int(differences['p_value'].notna().sum())} pairs, {len(apart)} differ by themselves"
        yield "many comparisons", f"{found}; {chance} of these could be chance, by Holm's correction."


def _data(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    facts = [outcome.record.data for outcome in outcomes if outcome.record and outcome.record.data]
    if any(fact.reencoded for fact in facts):
        yield (
            "re-encoded images",
            "The images are a lossy copy of the originals; published accuracies are not comparable.",
        )
    if any(fact.validated_on_test for fact in facts):
        yield (
            "validation on the test set",
            "Test set used for validation: every validation number is a test number.",
        )
    followed = dict.fromkeys(
        outcome.trial.label
        for outcome in outcomes
        if outcome.trial.dataset.validation == "test" and outcome.trial.recipe.schedule.name == "plateau"
    )
    if followed:
        what = f"The learning rate of {_names(followed)} follows the test accuracy"
        yield "schedule decided on the test set", f"{what}; that of the last epoch is optimistic, too."
    if len({fact.fingerprint for fact in facts}) > 1:
        yield "unequal data", "Trials saw data with different fingerprints; they are not the same experiment."


def _recipes(recipes: pd.DataFrame) -> Iterator[tuple[str, str]]:
    different = [str(key) for key in recipes.loc[recipes["differs"].astype(bool), "key"]]
    if different:
        yield (
            "unequal recipes",
            f"Recipes differ in {_names(different)}; a difference is not due to the network alone.",
        )


def _schedules(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    """Trainings that ended before their schedule came to its point, as when only epochs were shortened."""
    rising: dict[str, None] = {}
    undecayed: dict[str, None] = {}
    for trial in (outcome.trial for outcome in outcomes):
        schedule, epochs = trial.recipe.schedule, trial.recipe.epochs
        if isinstance(schedule, Cosine | Step) and schedule.warmup_epochs >= epochs:
            rising[trial.label] = None
        elif isinstance(schedule, Step) and min(schedule.milestones, default=0) >= epochs:
            undecayed[trial.label] = None
    for labels, what in ((rising, "still rose in the last epoch"), (undecayed, "reached no milestone")):
        if labels:
            yield "schedule cut short", f"The learning rate of {_names(labels)} {what}; see recipe.schedule."


def _trained_before(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    """Trials that started from a checkpoint: what their costs leave out, and what they may have seen."""
    starts: dict[str, list[InitialFacts]] = {}
    for outcome in outcomes:
        if outcome.record and (facts := outcome.record.initial) and facts.checkpoint_sha256:
            starts.setdefault(outcome.trial.label, []).append(facts)
    for label, of_seeds in starts.items():
        initial, seen = of_seeds[0], sum(facts.validation_seen for facts in of_seeds)
        source = f"{initial.label or 'trial ' + initial.trial_id} after {initial.epochs} epochs"
        if initial.keep == "weights":
            yield (
                "trained before",
                f"{label} starts from the weights of {source}; its epochs, seconds and FLOPs leave them out.",
            )
        if seen:
            some = f"; so for {seen} of {len(of_seeds)} seeds" if seen < len(of_seeds) else ""
            yield (
                "validation images seen before",
                f"{label} starts from {source}, which may have learned from the images held out here{some}.",
            )


def _taken_over(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    """Trials that another run has trained."""
    if taken := sum(outcome.is_taken for outcome in outcomes):
        by = "another run of the suite with the same program, libraries, machine and data"
        yield "taken from another run", f"{taken} of {len(outcomes)} trials were trained and timed by {by}."


def _conditions(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    choices = [outcome.record.choices for outcome in outcomes if outcome.record and outcome.record.choices]
    for field in ("device_name", "precision", "threads"):
        values = list(dict.fromkeys(str(getattr(choice, field)) for choice in choices))
        if len(values) > 1:
            what = field.replace("_", " ")
            yield (
                "unequal conditions",
                f"Trials differ in {what}: {_names(values)}; times are not comparable.",
            )


def _compilers(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    """Each network may be fastest in its own way, but the seeds of one network should not differ."""
    ways: dict[str, set[tuple[str, str]]] = {}
    for outcome in outcomes:
        if outcome.record and (choices := outcome.record.choices):
            way = choices.compile_variant, choices.memory_format
            ways.setdefault(outcome.trial.label, set()).add(way)
    mixed = [label for label, found in ways.items() if len(found) > 1]
    if mixed:
        yield (
            "unequal conditions",
            f"Seeds ran in different ways ({_names(mixed)}): compiled or not, or in another layout.",
        )


def _counts(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    missed: dict[str, str] = {}
    for outcome in outcomes:
        static = outcome.record.static if outcome.record else None
        if static and static.unsupported:
            missed[outcome.trial.label] = _names(f"{op} ({n} calls)" for op, n in static.unsupported.items())
    for label, operators in missed.items():
        yield (
            "uncounted operators",
            f"MACs of {label} leave out operators that no counter covers: {operators}.",
        )


def _lint(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    """What the shapes of a network give away; once an architecture, since the seed does not move it."""
    for message, group in groups(finding_table(outcomes), "message"):
        yield "architecture lint", f"{_names(group['label'])}: {message}."


def _timing(outcomes: tuple[Outcome, ...]) -> Iterator[tuple[str, str]]:
    """What the certificates doubt, one warning a kind."""
    doubted: dict[str, list[str]] = {}
    for timing in timings(outcomes):
        for kind, detail in timing.certificate.doubts.items():
            name = f"{timing.label} seed {timing.seed}, {timing.what}"
            doubted.setdefault(kind, []).append(f"{name} ({detail})")
    for kind, names in doubted.items():
        yield kind, f"Doubtful, kept and marked: {_names(names, most=4, separator='; ')}."


def _names(names: Iterable[str], most: int = 6, separator: str = ", ") -> str:
    """Join names, the tail of a long list as a count."""
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return separator.join(listed[:most]) + more
