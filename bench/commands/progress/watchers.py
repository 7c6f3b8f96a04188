"""Several watchers of one run, told the same."""

from __future__ import annotations

from typing_extensions import override

from bench.execution.drive import Watcher
from bench.execution.messages import Message
from bench.plan import Plan, Trial
from bench.records import TrialRecord


class Watchers(Watcher):
    """Passes everything on, in the order given."""

    def __init__(self, *watchers: Watcher) -> None:
        self._watchers = watchers

    @override
    def begin(self, left: Plan) -> None:
        for watcher in self._watchers:
            watcher.begin(left)

    @override
    def event(self, event: Message) -> None:
        for watcher in self._watchers:
            watcher.event(event)

    @override
    def start(self, trial: Trial) -> None:
        for watcher in self._watchers:
            watcher.start(trial)

    @override
    def finish(self, trial: Trial, record: TrialRecord) -> None:
        for watcher in self._watchers:
            watcher.finish(trial, record)

    @override
    def skip(self, trial: Trial, record: TrialRecord) -> None:
        for watcher in self._watchers:
            watcher.skip(trial, record)
