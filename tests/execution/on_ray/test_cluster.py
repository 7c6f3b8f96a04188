"""Trials on a Ray cluster of three nodes on this machine; skipped where Ray is not installed."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import in_step
import pytest
import torch
from factories import make_info

from bench.execution.drive import Watcher, drive
from bench.execution.local import LocalEngine
from bench.execution.on_ray.cluster import SYSTEM_CONFIG
from bench.execution.on_ray.engine import RayEngine
from bench.spec import Execution
from bench.store import Run

ray = pytest.importorskip("ray", reason="needs the extra ray")

SUITE = {
    "title": "Twelve trials",
    "dataset": {"name": "digits", "image_size": 16, "limit": 60},
    "recipe": {"epochs": 3, "batch_size": 20, "deterministic": True, "seeds": [0, 1, 2, 3, 4, 5]},
    "execution": {"device": "cpu", "precision": "float32", "threads": 1, "engine": "ray"},
    "measure": {"throughput": False, "memory": False, "examples": 0},
    "architectures": [
        {"label": "plain", "name": "plain_cnn"},
        {"label": "shared", "name": "shared_resnet"},
    ],
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Three nodes of one core, the driver on the first."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        places = (str(Path(in_step.__file__).parent), os.environ.get("PYTHONPATH", ""))
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, places)))
        head = {"num_cpus": 1, "object_store_memory": 80 * 2**20, "include_dashboard": False}
        # Whatever else fills this machine's memory meanwhile must not end a trial.
        head["_system_config"] = {**SYSTEM_CONFIG, "memory_monitor_refresh_ms": 0}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        for _ in range(2):
            cluster.add_node(num_cpus=1, object_store_memory=80 * 2**20)
        cluster.wait_for_nodes()
        yield cluster
        ray.shutdown()
        cluster.shutdown()


def execution(cluster, **changes):
    """How the suite runs on these nodes."""
    return Execution.model_validate(
        {**SUITE["execution"], "ray": {"address": cluster.address, "retries": 2, **changes}}
    )


def planned(folder):
    """A run of which nothing is there yet."""
    return Run.create(folder, make_info(SUITE), "# suite\n")


class KillsANode(Watcher):
    """Takes the node from under the first trial, not on the driver's, that has trained two epochs."""

    def __init__(self, cluster, engine, folder):
        self.cluster, self.engine, self.folder = cluster, engine, folder
        self.victim, self.epochs, self.notices = None, [], []

    def event(self, event):
        if event["kind"] == "notice":
            self.notices.append(event["text"])
        if event["kind"] != "epoch":
            return
        self.epochs.append((event["trial"], event["epoch"]))
        nodes = {node.node_id: node for node in self.cluster.worker_nodes}
        if event["epoch"] != in_step.EPOCH:
            return
        node = nodes.get(self.engine.places[event["trial"]])
        if self.victim is None and node is not None:
            self.victim = event["trial"]
            self.cluster.remove_node(node, allow_graceful=False)
        else:
            in_step.go_on(self.folder, event["trial"])


def numbers(run):
    """What was computed, without times: curves, counts, splits, weights."""
    found = {}
    for trial in run.info.plan:
        store = run.trial(trial)
        record = store.read_record()
        assert record.status == "done", record.reason
        with (store.folder / "epochs.csv").open() as file:
            curves = [
                {name: cell for name, cell in row.items() if "second" not in name}
                for row in csv.DictReader(file)
            ]
        state = torch.load(store.folder / "checkpoint.pt", weights_only=True)
        found[trial.folder] = (
            curves, record.static, record.splits, record.data, record.choices,
            {name: tensor.numpy().tobytes() for name, tensor in state["model"].items()},
        )  # fmt: skip
    return found


def test_a_node_that_is_lost_costs_the_epoch_in_progress_and_nothing_else(cluster, tmp_path):
    """Every trial finishes, with the numbers and weights of a local run; no other epoch is trained twice."""
    run = planned(tmp_path / "ray")
    with RayEngine(execution(cluster), None, run.folder, in_step.run) as engine:
        killer = KillsANode(cluster, engine, run.folder)
        drive(run, run.info.plan, engine, killer)
    records = run.records()
    assert {record.reason for record in records} == {None}
    assert [record.status for record in records] == ["done"] * 12
    assert killer.victim is not None
    assert any("its node was lost" in notice for notice in killer.notices)
    again = {epoch for epoch in killer.epochs if killer.epochs.count(epoch) > 1}
    assert len(again) <= 1
    assert {trial for trial, _ in again} <= {killer.victim}
    assert len(set(killer.epochs)) == 12 * 3
    (lost,) = [record for record in records if record.training.resumed]
    assert (lost.trial.folder, lost.training.resumed) == (killer.victim, 1)
    assert not list(run.folder.rglob(".attempt"))

    local = planned(tmp_path / "local")
    with LocalEngine(None) as engine:
        drive(local, local.info.plan, engine, Watcher())
    assert numbers(run) == numbers(local)
