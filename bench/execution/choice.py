"""Which engine a suite asks for."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from pathlib import Path

from bench.errors import SuiteError
from bench.execution.engine import Engine, ParallelEngine
from bench.execution.local import LocalEngine
from bench.plan import Trial
from bench.spec import Execution
from bench.store import Run
from bench.world import world


def require_engine(execution: Execution) -> None:
    """Find out before anything else whether the engine is there.

    Raises:
        DependencyError: It is not installed.
        SuiteError: It cannot be combined with torchrun.
    """
    if execution.engine == "ray":
        if world() is not None:
            raise SuiteError('execution.engine: "ray" starts processes itself; run it without torchrun')
        from bench.execution.on_ray import cluster  # noqa: PLC0415 - an optional dependency

        cluster.require()


def engine_of(
    execution: Execution, local: LocalEngine, data_root: Path | None, run: Run
) -> AbstractContextManager[Engine | ParallelEngine]:
    """The engine that runs the trials; it ends with the block.

    Args:
        execution: Of the suite.
        local: The engine of this machine, which is there in any case.
        data_root: The first folder that is searched for data.
        run: Where records go.

    Raises:
        DependencyError: Something that the engine needs is not installed.
    """
    if execution.engine == "ray":
        from bench.execution.on_ray.engine import RayEngine  # noqa: PLC0415 - an optional dependency

        local.close()  # its worker would take memory from trials on this machine
        return RayEngine(execution, data_root, run.folder)
    return closing(local)


def forget(execution: Execution, run: Run, trial: Trial) -> None:
    """Remove what an earlier run left of a trial outside the run directory.

    Raises:
        StoreError: It cannot be removed.
    """
    if execution.engine == "ray" and execution.ray.storage is not None:
        from bench.execution.on_ray.storage import Storage, resolved  # noqa: PLC0415 - an optional dependency

        Storage(resolved(execution.ray.storage), run.folder.name).forget(trial.folder)
