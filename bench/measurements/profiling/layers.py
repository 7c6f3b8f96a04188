"""What each layer takes of the forward and of the backward pass.

Every module names itself to the profiler while it runs forward. An operator of the forward pass belongs to
the innermost module that runs. An operator of the backward pass has no module around it; it carries the
sequence number of the forward operator that it differentiates, and belongs to that operator's module.
Neither needs a synchronisation, and Python between operators does not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.autograd.profiler_util import FunctionEvent
from torch.profiler import record_function

from bench.measurements.counting import MODEL
from bench.measurements.profiling.trace import Trace, ancestors
from bench.records import LAYER_TIME_COLUMNS

LAYER = "layer "
"""Before the name of a module, as its mark."""

Spent = defaultdict[tuple[str, int | None], float]
"""Microseconds, by module and step."""

BACKWARD_NODE = "autograd::engine::evaluate_function: "
"""Before the name of a node of the backward pass, as the autograd engine's mark."""


@contextmanager
def naming_layers(model: nn.Module) -> Iterator[dict[str, str]]:
    """Have every module name itself while it runs; gives the modules' types by name, shared ones once."""
    running: list[record_function] = []

    def enter(name: str) -> Any:
        def hook(*_: object) -> None:
            running.append(record_function(LAYER + name))
            running[-1].__enter__()

        return hook

    def leave(*_: object) -> None:
        running.pop().__exit__(None, None, None)

    named = [(name or MODEL, module) for name, module in model.named_modules()]
    handles = [module.register_forward_pre_hook(enter(name), prepend=True) for name, module in named]
    handles += [module.register_forward_hook(leave) for _, module in named]
    try:
        yield {name: type(module).__name__ for name, module in named}
    finally:
        for handle in handles:
            handle.remove()


def layer_rows(trace: Trace, types: dict[str, str]) -> list[dict[str, object]]:
    """Rows of layer_times.csv, one a module that computes anything itself, in the order of first call."""
    owners = _owners(trace)
    forward: Spent = defaultdict(float)
    backward: Spent = defaultdict(float)
    for event in trace.outermost:
        step = trace.step_of(event)
        if event.name.startswith(BACKWARD_NODE):
            owner, spent = owners.get(event.sequence_nr), backward
        else:
            owner, spent = _running(event), forward
        if owner is not None:
            spent[owner, step] += trace.cost(event)
    steps = range(len(trace.steps))
    rows = []
    for layer in dict.fromkeys(name for name, _ in forward):
        # The fastest step: whatever else the machine does can only add, and to a short layer many times over.
        both = (min(spent[layer, step] for step in steps) / 1000 for spent in (forward, backward))
        values = (layer, types[layer], *both)
        rows.append(dict(zip(LAYER_TIME_COLUMNS, values, strict=True)))
    return rows


def _owners(trace: Trace) -> dict[int, str | None]:
    """The module of each sequence number: that of the last operator that carries it.

    An operator carries the number of the node that would be made next, so operators that make none, like
    a counter that is raised, carry that of the operator after them.
    """
    return {
        event.sequence_nr: _running(event)
        for event in trace.events
        if event.sequence_nr >= 0 and not _in_backward(event)
    }


def _in_backward(event: FunctionEvent) -> bool:
    return any(one.name.startswith(BACKWARD_NODE) for one in (event, *ancestors(event)))


def _running(event: FunctionEvent) -> str | None:
    """The innermost module in which an event happened."""
    marks = (above.name for above in ancestors(event) if above.name.startswith(LAYER))
    return next((mark.removeprefix(LAYER) for mark in marks), None)
