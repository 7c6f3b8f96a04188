"""The driver's side of the mailbox, and of waiting for tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bench.errors import DependencyError
from bench.execution.on_ray import cluster
from bench.execution.on_ray.mailbox import Letter, Mailbox


class Post:
    """Letters from all nodes, and tasks that end, in one place to wait at."""

    def __init__(self) -> None:
        """Set the mailbox up beside the driver, which must have joined a cluster."""
        self._ray = cluster.require()
        here = cluster.on_node(self._ray.get_runtime_context().get_node_id(), soft=True)
        # A question that went astray while a node was lost is asked again, by Ray itself.
        options = {"num_cpus": 0, "scheduling_strategy": here, "max_restarts": -1, "max_task_retries": -1}
        self.mailbox: Any = self._ray.remote(Mailbox).options(**options).remote()
        # At any time one question waits in the mailbox; what comes while nobody looks is the answer to it.
        self._mail: Any = self.mailbox.collect.remote()

    def wait(self, tasks: Iterable[Any]) -> tuple[list[Letter], list[Any]]:
        """Wait for news: letters, and those of the tasks that have ended, after all that they said.

        Raises:
            DependencyError: The cluster is gone.
        """
        waiting = list(tasks)
        self._ray.wait([self._mail, *waiting], num_returns=1)
        ended, _ = self._ray.wait(waiting, num_returns=len(waiting), timeout=0)
        if ended:
            self.mailbox.wake.remote()
        letters: list[Letter] = self.get(self._mail)
        self._mail = self.mailbox.collect.remote()
        return letters, ended

    def get(self, task: Any) -> Any:
        """What a task returned.

        Raises:
            DependencyError: The cluster is gone.
        """
        try:
            return self._ray.get(task)
        except self._ray.exceptions.RayError as error:
            raise DependencyError(
                f"the Ray cluster is gone, or this node of it: {in_words(error)}; the same command continues"
            ) from error


def in_words(error: Exception) -> str:
    """What Ray says, in one line; its messages explain themselves over many."""
    cause = getattr(error, "cause", None) or error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return f"{type(cause).__name__}: {lines[0]}" if lines else type(cause).__name__
