"""Tell the loggers of a trial how it goes; what goes wrong in them costs themselves alone."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from bench.errors import BenchError, BenchWarning
from bench.measurements.failure import reason
from bench.measurements.loggers.catalogue import LOGGERS
from bench.measurements.loggers.interface import About, Logger, curves, summary_of
from bench.measurements.subject import Subject
from bench.measurements.training.loop import Training
from bench.records import Status, TrialRecord


@dataclass
class Following:
    """Is called after each epoch, and once at the end."""

    about: About
    training: Training
    makers: Mapping[str, Callable[[], Logger]]
    loggers: dict[str, Logger] | None = None
    """Those that work; None until the trial has begun."""
    told: int = field(default=0)
    """Epochs that they know."""

    def __call__(self, epochs: int) -> None:
        """Tell the epochs up to now; the first time, all of them, whichever process trained them.

        Raises:
            WriteError: Nothing can be written any more, which stops the run in any case.
        """
        if self.loggers is None:
            self.loggers = {}
            for name, make in self.makers.items():
                self._ask(name, partial(self._begin, name, make))
        rows, self.told = curves(self.about.trial, self.training.history[self.told : epochs]), epochs
        if rows:
            for name, logger in list(self.loggers.items()):
                self._ask(name, partial(logger.log, rows))

    def end(self, record: TrialRecord) -> None:
        """Tell what came out."""
        self(len(self.training.history))  # of a continued trial there may have been no epoch left to train
        self._end(record.status, summary_of(record))

    def fail(self) -> None:
        """Tell that the trial was lost, if it had begun."""
        if self.loggers is not None:
            self._end("failed", {})

    def _begin(self, name: str, make: Callable[[], Logger]) -> None:
        logger = make()
        logger.begin(self.about)
        assert self.loggers is not None
        self.loggers[name] = logger

    def _end(self, status: Status, summary: Mapping[str, float]) -> None:
        for name, logger in list((self.loggers or {}).items()):
            self._ask(name, partial(logger.end, status, summary))

    def _ask(self, name: str, what: Callable[[], None]) -> None:
        try:
            what()
        except BenchError:
            raise
        except Exception as error:  # noqa: BLE001 - a tool beside the trial may fail in any way
            assert self.loggers is not None
            self.loggers.pop(name, None)
            warnings.warn(
                f"execution.loggers: {name} failed and is told nothing more of this trial: {reason(error)}",
                BenchWarning,
                stacklevel=2,
            )


@contextmanager
def followed(subject: Subject) -> Iterator[Following]:
    """Let the loggers that the suite names follow a trial; one that raises has failed."""
    trial = subject.trial
    about = About(trial, subject.store.folder.absolute(), subject.static.facts)
    names: Iterable[str] = dict.fromkeys(trial.execution.loggers)
    makers = {name: LOGGERS[name].make for name in names}
    following = Following(about, subject.training, makers)
    subject.training.after_epoch.append(following)
    try:
        yield following
    except BaseException:
        following.fail()
        raise
