"""What a trial decides by measuring, once; kept in its folder, so that a continued trial keeps to it."""

from __future__ import annotations

from bench.measurements.task import Task
from bench.measurements.timing import compilation, layout
from bench.measurements.timing.steps import Workload
from bench.measurements.training import evaluation
from bench.plan import Trial, digest
from bench.records import Decisions
from bench.store import TrialStore, write_atomically
from bench.store.sealed import read_sealed, seal

FILE = "decisions.json"

_made: dict[str, Decisions] = {}
"""By trial without its seed: what this process has decided, so that all seeds of a network run alike."""


def decide(trial: Trial, workload: Workload, task: Task, store: TrialStore, batch_size: int) -> Decisions:
    """Read what was decided, or measure and write it down; the network is left as it was.

    Args:
        trial: Whose.
        workload: Its network as it was built.
        task: Its images.
        store: Its folder.
        batch_size: Images of a training step on this device.

    Raises:
        StoreError: What was decided is damaged; deciding again could end otherwise in the middle of a trial.
    """
    path = store.folder / FILE
    if path.is_file():
        return read_sealed(path, Decisions)
    key = _without_seed(trial)
    if key not in _made:
        _made[key] = _measure(trial, workload, task, batch_size)
    write_atomically(path, seal(_made[key]))
    return _made[key]


def _measure(trial: Trial, workload: Workload, task: Task, batch_size: int) -> Decisions:
    deterministic = trial.recipe.deterministic
    chosen, times = layout.decide(workload, trial.execution, batch_size, deterministic=deterministic)
    workload = layout.in_layout(workload, chosen)
    decisions = compilation.decide(workload, trial.execution, batch_size, deterministic=deterministic)
    decisions = decisions.model_copy(update={"memory_format": chosen, "memory_format_trial": times})
    if chooses_its_batch(workload) and not deterministic:
        tried = evaluation.fastest(workload.model, task.test, task.pipeline, workload.device)
        decisions = decisions.model_copy(
            update={
                "evaluation_batch_size": next(iter(tried)),
                "evaluation_trial": {str(size): seconds for size, seconds in tried.items()},
            }
        )
    return decisions


def _without_seed(trial: Trial) -> str:
    """What training steps depend on; measurements besides are made for the first seed only."""
    fields = {"architecture", "args", "dataset", "recipe", "execution"}
    return digest(trial.model_dump(mode="json", include=fields, exclude={"recipe": {"seeds"}}))


def chooses_its_batch(workload: Workload) -> bool:
    """Whether the size of a batch makes a difference worth measuring; see `evaluation.PIXELS_PER_BATCH`."""
    return workload.device.handle.type != "cpu"
