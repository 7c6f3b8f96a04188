"""The connection to a Ray cluster: one that runs already, or one of this machine alone."""

from __future__ import annotations

import logging
import os
import signal
import threading
from typing import Any

from bench import environment
from bench.errors import DependencyError
from bench.execution.on_ray.demand import Node

MISSING = (
    "engine \"ray\" needs Ray, which is not installed; pip install 'archbench[ray]', on every node, "
    'or use engine "local"'
)

OBJECT_STORE_BYTES = 100 * 2**20
"""Of a cluster that is started here: records are small, and images do not travel through Ray."""

SYSTEM_CONFIG = {"worker_niceness": 0}
"""By default Ray lets its workers step back behind every other process, which would show in every timing."""


def require() -> Any:
    """Ray, imported.

    Raises:
        DependencyError: It is not installed, or does not load.
    """
    try:
        import ray  # noqa: PLC0415 - an optional dependency
    except ImportError as error:
        raise DependencyError(MISSING if error.name == "ray" else f"{MISSING} ({error})") from error
    return ray


def connect(address: str | None) -> bool:
    """Join a cluster, or start one of this machine; true when it was there already.

    Args:
        address: As the suite names it; else `$RAY_ADDRESS` counts.

    Raises:
        DependencyError: Nobody answers there.
    """
    ray = require()
    address = address or os.environ.get("RAY_ADDRESS") or "local"
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address == "local":
        options |= {
            "num_cpus": environment.usable_cores(),
            "include_dashboard": False,
            "object_store_memory": OBJECT_STORE_BYTES,
            "_system_config": SYSTEM_CONFIG,
        }
    on_term = signal.getsignal(signal.SIGTERM)
    in_main_thread = threading.current_thread() is threading.main_thread()
    try:
        ray.init(address=address, **options)
    except (OSError, RuntimeError, ValueError, TimeoutError) as error:
        raise DependencyError(
            f"the Ray cluster at {address!r} cannot be reached: {_first_line(error)}; see "
            "execution.ray.address and RAY_ADDRESS"
        ) from error
    finally:
        if in_main_thread:  # Ray's own handler would not write down what was interrupted
            signal.signal(signal.SIGTERM, on_term)
    return address != "local"


def nodes() -> list[Node]:
    """What each living node offers."""
    return [
        Node(
            cpus=node["Resources"].get("CPU", 0.0),
            gpus=node["Resources"].get("GPU", 0.0),
            memory=node["Resources"].get("memory", 0.0),
        )
        for node in _living()
    ]


def one_for_each_host() -> list[str]:
    """Ids of living nodes that may run trials, one of each machine."""
    able = [node for node in _living() if node["Resources"].get("CPU")]
    return list({node["NodeManagerHostname"]: node["NodeID"] for node in able}.values())


def on_node(node: str, *, soft: bool = False) -> Any:
    """Ray's way to say that something has to run on this node."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy  # noqa: PLC0415 - optional

    return NodeAffinitySchedulingStrategy(node, soft=soft)


def _living() -> list[dict[str, Any]]:
    return [node for node in require().nodes() if node["Alive"]]


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0] or type(error).__name__
