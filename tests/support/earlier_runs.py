"""A run of a suite and another of the same suite, on a machine that is made up."""

from __future__ import annotations

from types import SimpleNamespace

from factories import document, make_info, make_record

from bench.execution import adoption
from bench.execution.where import Where
from bench.store import Run

HERE = {"python": "3.11.7", "program": "0123456789ab", "git_revision": "a" * 12, "git_dirty": False}
IMAGES = "0123456789abcdef"
CLASSES = make_record(make_info(document()).plan[0], 0)[0].data.classes
CPU = Where("cpu", "Example CPU with AMX", "bfloat16")


def decoded(fingerprint=IMAGES, classes=CLASSES):
    """What is known of decoded images, as far as it matters."""
    return SimpleNamespace(fingerprint=fingerprint, classes=classes)


def here(record):
    """As this machine would have recorded it."""
    alone = record.choices.model_copy(update={"exclusive": True})
    described = {**HERE, "git_revision": "b" * 12}
    return record.model_copy(update={"environment": described, "choices": alone})


def another(folder, **changes):
    """A run of the same suite that has not begun; by default with a second seed."""
    return Run.create(
        folder, make_info(document(**{"recipe": {"epochs": 3, "seeds": [0, 1]}, **changes})), ""
    )


def adopted(run, plan=None, device=CPU):
    """Label and seed of what it takes over."""
    found = adoption.adopt(run, plan or run.info.plan, None, lambda execution: device)
    return [(one.trial.label, one.trial.seed) for one in found]


def retold(run, trial, **update):
    """Change what a run says of a trial."""
    store = run.trial(trial)
    store.write_record(store.read_record().model_copy(update=update))
