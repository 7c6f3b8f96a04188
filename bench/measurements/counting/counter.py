"""Count a network: run a copy without weights once, and add up its layers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from architectures.heads import head_of
from bench.measurements.counting.backward import training_flops
from bench.measurements.counting.layers import Count, CountingError, LayerCount
from bench.measurements.counting.shapes import shape_of, times
from bench.measurements.counting.tally import Tallies, Tally, run
from bench.measurements.counting.weightless import build_weightless, is_meta, sharing_weights, weightless

MODEL = "(model)"
"""The row of what the network itself computes or holds, outside of all its modules."""

InputShape = tuple[int, int, int]


def count(model: nn.Module, input_shape: InputShape) -> Count:
    """Count a network in evaluation mode for one image; the network itself is not touched.

    The forward pass runs on the meta device, where tensors have shapes and no elements. A network that
    looks at elements on its way (data-dependent control flow) is counted with its own weights and a
    random image instead, provided it has weights.

    Args:
        model: Any network, with weights or built under `torch.device("meta")`.
        input_shape: C, H, W of one image.

    Raises:
        CountingError: The network cannot take such an image, or needs weights that it has not.
    """
    duplicate = weightless(model)
    try:
        with torch.device("meta"):
            tallies, output = run(duplicate, torch.empty(1, *input_shape))
    except Exception as error:  # noqa: BLE001 - somebody else's network may raise anything
        duplicate, tallies, output = _run_with_weights(model, input_shape, error)
    return _collect(duplicate, tallies, output, input_shape)


def count_built(construct: Callable[[], nn.Module], input_shape: InputShape) -> Count:
    """Count the network that a constructor makes, if possible without ever allocating its weights.

    Where construction or the forward pass needs data, the network is built once more with weights.

    Raises:
        CountingError: The network cannot take such an image.
        Exception: Whatever the constructor raises.
    """
    try:
        return count(build_weightless(construct), input_shape)
    except Exception:  # noqa: BLE001 - the second attempt raises it again unless weights are the remedy
        return count(construct(), input_shape)


def _run_with_weights(
    model: nn.Module, input_shape: InputShape, meta_error: Exception
) -> tuple[nn.Module, Tallies, Any]:
    """Run with the network's own weights, after the meta device has failed."""
    name, size = type(model).__name__, times(input_shape)
    if is_meta(model):
        needs_data = isinstance(meta_error, NotImplementedError) or "meta tensor" in str(meta_error).lower()
        advice = "its way depends on data: build it with weights" if needs_data else "give it another input"
        message = f"{name} cannot be counted for an image of {size}: {meta_error}; {advice}"
        raise CountingError(message) from meta_error
    duplicate = sharing_weights(model)
    device = next((weight.device for weight in duplicate.parameters()), torch.device("cpu"))
    fast_attention = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # it hides its products in one operator
    try:
        images = torch.randn(1, *input_shape, generator=torch.Generator().manual_seed(0)).to(device)
        with torch.random.fork_rng():
            return duplicate, *run(duplicate, images)
    except Exception as error:
        raise CountingError(f"{name} cannot take an image of {size}: {error}") from error
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_attention)


def _collect(model: nn.Module, tallies: Tallies, output: Any, input_shape: InputShape) -> Count:
    layers = _layers(model, tallies)
    trainable = [weight for weight in model.parameters() if weight.requires_grad]
    head = head_of(model)
    in_head = set(head.parameters()) if head is not None else set()
    return Count(
        params=sum(weight.numel() for weight in trainable),
        params_frozen=sum(weight.numel() for weight in model.parameters() if not weight.requires_grad),
        params_body=sum(weight.numel() for weight in trainable if weight not in in_head),
        buffers=sum(buffer.numel() for buffer in model.buffers()),
        macs=sum(layer.macs for layer in layers),
        activations=sum(layer.activations for layer in layers),
        output_shape=shape_of(output),
        output_type="Tensor" if isinstance(output, Tensor) else type(output).__name__,
        unsupported=dict(sorted(tallies.unsupported.items())),
        layers=tuple(layers),
        _backward=partial(training_flops, model, input_shape),
    )


def _window(module: nn.Module) -> int:
    """The first side of a pool's window."""
    size = getattr(module, "kernel_size", 0) if "Pool" in type(module).__name__ else 0
    return int(size[0] if isinstance(size, tuple) else size)


def _layers(model: nn.Module, tallies: Tallies) -> list[LayerCount]:
    """One row for each module that computes or holds parameters itself; uncalled ones come last."""
    names = {module: name or MODEL for name, module in model.named_modules()}
    uncalled = [module for module in names if module not in tallies.of]
    seen: set[nn.Parameter] = set()
    layers = []
    for module in (*tallies.of, *uncalled):
        own = [weight for weight in module.parameters(recurse=False) if weight not in seen]
        seen.update(own)
        tally = tallies.of.get(module, Tally())
        is_called_leaf = bool(tally.calls) and not any(True for _ in module.children())
        if own or tally.macs or is_called_leaf:
            layers.append(
                LayerCount(
                    layer=names[module],
                    type=type(module).__name__,
                    output_shape=tally.output_shape,
                    params=sum(weight.numel() for weight in own),
                    macs=tally.macs,
                    activations=tally.activations,
                    calls=tally.calls,
                    input_shape=tally.input_shape,
                    weights=tuple(tuple(weight.shape) for weight in own),
                    elements_in=tally.elements_in,
                    elements_out=tally.elements_out,
                    window=_window(module),
                )
            )
    return layers
