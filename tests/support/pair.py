"""Two processes that train together, started once for all that a test wants to know of them."""

from __future__ import annotations

import multiprocessing
import traceback

SECONDS = 120
"""For all of it, on a loaded machine."""


def in_pair(function, *args):
    """What `function(replicas, *args)` returns in each of two processes that have met over gloo.

    It is given by name, as `module:function`, and returns numbers, text, tensors as lists.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = zip(*(context.Pipe() for _ in range(2)), strict=True)
    from torch.distributed import TCPStore

    store = TCPStore("127.0.0.1", 0, 2, is_master=True, wait_for_workers=False)
    processes = [
        context.Process(target=_run, args=(function, rank, store.port, theirs[rank], args), daemon=True)
        for rank in range(2)
    ]
    for process in processes:
        process.start()
    try:
        answers = [pipe.recv() if pipe.poll(SECONDS) else ("failed", "no answer") for pipe in ours]
    finally:
        for process in processes:
            process.join(5)
            process.kill()
    failures = [answer for kind, answer in answers if kind == "failed"]
    assert not failures, "\n".join(failures)
    return [answer for _, answer in answers]


def _run(function, rank, port, pipe, args):
    import importlib

    import torch
    from torch.distributed import TCPStore

    from bench.data.share import Share
    from bench.measurements.parallel.replicas import joined

    torch.set_num_threads(1)
    module, _, name = function.partition(":")
    try:
        store = TCPStore("127.0.0.1", port, 2, is_master=False)
        with joined(Share(rank, 2), torch.device("cpu"), 0, store) as replicas:
            pipe.send(("done", getattr(importlib.import_module(module), name)(replicas, *args)))
    except BaseException:  # noqa: BLE001 - the test shows it
        pipe.send(("failed", traceback.format_exc()))
