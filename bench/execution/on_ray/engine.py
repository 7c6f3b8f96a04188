"""The Ray engine as the driver sees it: hands trials to a cluster, and takes what comes back."""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from typing_extensions import Self

from bench import __version__
from bench.errors import SuiteError
from bench.execution.engine import Ended, Work
from bench.execution.local import OnEvent, TrialFailedError, as_error
from bench.execution.messages import Message
from bench.execution.on_ray import cluster
from bench.execution.on_ray.attempt import ATTEMPT_FILE
from bench.execution.on_ray.demand import Demand, Node, demand
from bench.execution.on_ray.mailbox import Letter
from bench.execution.on_ray.post import Post, in_words
from bench.execution.on_ray.readiness import make_ready
from bench.execution.on_ray.storage import Storage, resolved
from bench.execution.on_ray.task import NodeFaultError, Task, run_trial
from bench.plan import Trial
from bench.records import TrialRecord
from bench.spec import Execution
from bench.store import write_atomically
from bench.store.atomic import writing

WAITING = 32
"""Trials that the cluster holds beyond those it runs, so that no node waits for the driver."""

SECONDS_BETWEEN_LOOKS = 5.0
"""At which nodes there are."""

SECONDS_TO_STOP = 10.0
"""How long trials that were cancelled may take to end."""


class RayEngine:
    """Runs each trial as a task of a Ray cluster; the driver alone writes records."""

    def __init__(
        self, execution: Execution, data_root: Path | None, run_folder: Path, task: Task = run_trial
    ) -> None:
        """Choose where to run; nothing is connected yet.

        Args:
            execution: Of the suite.
            data_root: The first folder on each node that is searched for data.
            run_folder: Of the run.
            task: What runs on a node.

        Raises:
            DependencyError: Ray or a library for the storage is not installed.
        """
        self._ray = cluster.require()
        self._wanted = execution.ray
        self._data_root = None if data_root is None else str(data_root.absolute())
        self._folder = run_folder.absolute()
        self._task = task
        url = execution.ray.storage
        self._url = None if url is None else resolved(url)
        self._storage = None if self._url is None else Storage(self._url, self._folder.name)
        self._joined = False
        self._nodes: list[Node] = []
        self._looked = -SECONDS_BETWEEN_LOOKS
        self._running: dict[Any, tuple[Trial, Path]] = {}
        self.places: dict[str, str] = {}
        """Ray's name of the node on which each trial runs, by the trial's folder."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the cluster; one that was started here ends."""
        self._ray.shutdown()

    def prepare(self, trial: Trial, on_event: OnEvent) -> None:
        """Join the cluster, and make sure that every machine of it can run trials.

        Raises:
            DependencyError: The cluster cannot be reached.
            DataError: Data, or something else, are missing on a node.
        """
        self._joined = cluster.connect(self._wanted.address)
        self._post = Post()
        mark = None if self._storage else self._folder / f".seen.{uuid.uuid4().hex}.part"
        job = {
            "version": __version__,
            "mark": None if mark is None else str(mark),
            "cwd": str(Path.cwd()),
            "dataset": trial.dataset.model_dump(mode="json"),
            "data_root": self._data_root,
        }
        if mark is not None:
            write_atomically(mark, b"")
        try:
            self._make_ready(job, on_event)
        finally:
            if mark is not None:
                with writing(mark):
                    mark.unlink(missing_ok=True)

    def _make_ready(self, job: Message, on_event: OnEvent) -> None:
        task, mailbox = self._ray.remote(make_ready), self._post.mailbox
        asked = [
            task.options(num_cpus=0, scheduling_strategy=cluster.on_node(node)).remote(job, mailbox)
            for node in cluster.one_for_each_host()
        ]
        while asked:
            letters, ended = self._post.wait(asked)
            for _, event in letters:
                on_event(event)
            for ref in ended:
                asked.remove(ref)
                answer = self._post.get(ref)
                if answer["kind"] == "error":
                    raise as_error(answer)

    def execute_all(self, work: Work) -> Generator[Ended, None, None]:
        """Run trials until nothing is left.

        Raises:
            SuiteError: The suite asks for what this machine does not have.
            DependencyError: The cluster is gone.
            DataError: A node cannot write; the others would be trained in vain.
        """
        try:
            while True:
                self._hand_out(work)
                if not self._running:
                    return
                letters, ended = self._post.wait(self._running)
                self._deliver(letters, work)
                for ref in ended:
                    trial, folder = self._running[ref]
                    outcome = self._outcome(ref, folder)
                    del self._running[ref]
                    if self.places.pop(trial.folder, None) is None:
                        work.started(trial)  # on a node that was lost before it could say so
                    yield trial, outcome
        finally:
            self._stop()

    def _hand_out(self, work: Work) -> None:
        if time.monotonic() - self._looked > SECONDS_BETWEEN_LOOKS:
            self._nodes, self._looked = cluster.nodes(), time.monotonic()
        cores = sum(int(max(node.cpus, node.gpus)) for node in self._nodes)
        while len(self._running) < WAITING + cores and (job := work.take()) is not None:
            trial, folder = job
            wanted = demand(trial, self._nodes)
            if not self._joined and not any(wanted.fits(node) for node in self._nodes):
                raise SuiteError(  # a cluster that runs elsewhere may grow; this machine does not
                    f"{trial.label}: a trial takes {wanted}, and this machine does not have that; see "
                    "execution.resources and execution.threads"
                )
            self._running[self._submit(trial, folder, wanted)] = job

    def _submit(self, trial: Trial, folder: Path, wanted: Demand) -> Any:
        if self._storage is not None:
            self._storage.offer(trial, folder)
        job = {
            "trial": trial.model_dump(mode="json"),
            "folder": str(folder.absolute()),
            "run_folder": str(self._folder),
            "storage": self._url,
            "data_root": self._data_root,
            "cwd": str(Path.cwd()),
            "allotment": asdict(wanted.allotment),
            "gpus": wanted.gpus,
        }
        task = self._ray.remote(self._task).options(
            max_retries=self._wanted.retries,
            retry_exceptions=[NodeFaultError],
            name=f"{trial.label} seed {trial.seed}",
            **wanted.options(),
        )
        return task.remote(job, self._post.mailbox)

    def _deliver(self, letters: list[Letter], work: Work) -> None:
        trials = {trial.folder: trial for trial, _ in self._running.values()}
        for folder, message in letters:
            trial = trials.get(folder)
            if trial is None or message["kind"] == "left":
                continue  # of an attempt on a node that had been given up; or only to end a queue
            if message["kind"] != "began":
                work.event(trial, message)
                continue
            again, self.places[folder] = folder in self.places, message["node"]
            if not again:
                work.started(trial)
                continue
            lost = f"{trial.label} seed {trial.seed}: its node was lost; it goes on from its last checkpoint"
            work.event(trial, {"kind": "notice", "text": lost})

    def _outcome(self, ref: Any, folder: Path) -> TrialRecord | TrialFailedError:
        try:
            answer = self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            return TrialFailedError(f"{in_words(error)} (tried {self._wanted.retries + 1} times)")
        if answer["kind"] == "error":
            raise as_error(answer)
        if self._storage is not None:
            self._storage.fetch(folder)
            self._storage.forget(folder.name)
        if answer["kind"] == "failed":
            return TrialFailedError(answer["reason"])
        return TrialRecord.model_validate(answer["record"])

    def _stop(self) -> None:
        """Let no trial go on, and leave each folder as it is at its last checkpoint."""
        running = list(self._running)
        if running:
            with suppress(self._ray.exceptions.RayError):
                for ref in running:
                    self._ray.cancel(ref, force=True)
                self._ray.wait(running, num_returns=len(running), timeout=SECONDS_TO_STOP)
        for _, folder in self._running.values():
            with suppress(OSError):
                (folder / ATTEMPT_FILE).unlink(missing_ok=True)
        self._running.clear()
