"""Which loggers there are, and what each needs; importable without any of them."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable
from typing import NamedTuple, cast

from bench.errors import DependencyError
from bench.measurements.loggers.interface import Logger


class Entry(NamedTuple):
    """A logger that is not imported yet."""

    module: str
    """Where its class is."""
    name: str
    """Its class."""
    needs: str
    """The package that it talks to, as Python imports it, and as the extra is called."""

    def make(self) -> Logger:
        """One for a trial."""
        return cast("Logger", getattr(importlib.import_module(self.module), self.name)())


LOGGERS = {
    "tensorboard": Entry("bench.measurements.loggers.tensorboard", "TensorBoard", "tensorboard"),
    "mlflow": Entry("bench.measurements.loggers.mlflow", "MLflow", "mlflow"),
    "wandb": Entry("bench.measurements.loggers.wandb", "WandB", "wandb"),
}
"""By their names in `[execution] loggers`."""


def require(names: Iterable[str]) -> None:
    """See to it, before anything is trained, that the packages are there; none is imported.

    Raises:
        DependencyError: One is missing; the message names the extra that brings it.
    """
    missing = [LOGGERS[name].needs for name in names if importlib.util.find_spec(LOGGERS[name].needs) is None]
    if missing:
        raise DependencyError(
            f"execution.loggers: {' and '.join(map(repr, missing))} not installed; "
            f"pip install 'archbench[{','.join(missing)}]', or take {'it' if len(missing) == 1 else 'them'} "
            "out of the suite"
        )
