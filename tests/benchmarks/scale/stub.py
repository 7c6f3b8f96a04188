"""Trials that train nothing: a record and a table of epochs, as fast as they can be written."""

from __future__ import annotations

import os
import time
from pathlib import Path

from factories import architectures, document, make_info, make_record

from bench.execution.messages import PeerGoneError, receive, send
from bench.execution.on_ray.task import deliver, node_id
from bench.orphans import end_with_parent
from bench.plan import Trial
from bench.records import EPOCH_COLUMNS
from bench.store import TrialStore

SEEDS = 100
EPOCHS = 3


def describe(trials):
    """A run of so many trials: a hundred seeds of each network, as far as they reach."""
    seeds = list(range(min(SEEDS, trials)))
    suite = document(
        dataset={"name": "digits"},
        architectures=architectures(trials // len(seeds)),
        claims=[],
        recipe={"epochs": EPOCHS, "seeds": seeds},
        measure={"convergence": {"targets": [0.6]}},
    )
    return make_info(suite)


def work(trial, folder):
    """What a trial leaves, and how long that took."""
    started = time.perf_counter()
    store = TrialStore(folder)
    record, epochs, _ = make_record(trial, int(trial.label.split()[-1]) % 7)
    store.write_table("epochs", EPOCH_COLUMNS, epochs)
    record = record.model_copy(update={"files": store.digests()})
    return {"kind": "record", "record": record.model_dump(mode="json")}, time.perf_counter() - started


READY = {"find_device": "there", "prepare": "prepared"}
"""What is asked before the first trial, and that nothing is missing."""


def serve(connection):
    """A worker of the local engine."""
    end_with_parent()
    try:
        while True:
            request = receive(connection)
            if request["kind"] in READY:
                send(connection, {"kind": READY[request["kind"]]})
                continue
            answer, spent = work(Trial.model_validate(request["trial"]), Path(request["folder"]))
            send(connection, {"kind": "spent", "seconds": spent})
            send(connection, answer)
    except PeerGoneError:
        os._exit(0)


def run_on_ray(job, mailbox):
    """A task of the Ray engine."""
    folder = Path(job["folder"])
    mailbox.tell.remote(folder.name, {"kind": "began", "node": node_id()})
    answer, spent = work(Trial.model_validate(job["trial"]), folder)
    mailbox.tell.remote(folder.name, {"kind": "spent", "seconds": spent})
    deliver(mailbox.tell.remote(folder.name, {"kind": "left"}))
    return answer
