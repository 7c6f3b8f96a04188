"""Figures of other counters, each run by itself: fvcore and torch always, others where installed."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from bench.measurements.counting.ledger import Rung
from bench.measurements.counting.weightless import sharing_weights

InputShape = tuple[int, int, int]


def with_measured(rungs: tuple[Rung, ...], model: nn.Module, input_shape: InputShape) -> tuple[Rung, ...]:
    """Join to each rung the figure of the tool that it is named after; rungs without a tool stay.

    Args:
        rungs: The computed ledger of this network.
        model: The network, with weights: most tools multiply for real.
        input_shape: C, H, W of one image.
    """
    return tuple(
        replace(rung, measured=PEERS[rung.convention](sharing_weights(model), input_shape))
        if rung.convention in PEERS and find_spec(rung.convention)
        else rung
        for rung in rungs
    )


def _fvcore(model: nn.Module, input_shape: InputShape) -> int:
    from fvcore.nn import FlopCountAnalysis  # noqa: PLC0415 - slow to import, and wanted here alone

    analysis = FlopCountAnalysis(model, torch.zeros(1, *input_shape))
    return int(
        analysis.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False).total()
    )


def _torch(model: nn.Module, input_shape: InputShape) -> int:
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, *input_shape))
    return int(counter.get_total_flops())


def _torchinfo(model: nn.Module, input_shape: InputShape) -> int:
    from torchinfo import summary  # noqa: PLC0415 - may not be installed

    return int(summary(model, input_size=(1, *input_shape), verbose=0, device="cpu").total_mult_adds)


def _ptflops(model: nn.Module, input_shape: InputShape) -> int:
    from ptflops import get_model_complexity_info  # noqa: PLC0415 - may not be installed

    with contextlib.redirect_stdout(io.StringIO()):
        macs, _ = get_model_complexity_info(
            model, input_shape, as_strings=False, print_per_layer_stat=False, backend="pytorch"
        )
    return int(macs)


def _thop(model: nn.Module, input_shape: InputShape) -> int:
    from thop import profile  # noqa: PLC0415 - may not be installed

    return int(profile(model, (torch.zeros(1, *input_shape),), verbose=False)[0])


PEERS: dict[str, Callable[[nn.Module, InputShape], int]] = {
    "fvcore": _fvcore,
    "torch": _torch,
    "torchinfo": _torchinfo,
    "ptflops": _ptflops,
    "thop": _thop,
}
"""Tools by the name under which they are imported."""
