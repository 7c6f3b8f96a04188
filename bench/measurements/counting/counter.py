"""Count a network: run a copy without weights once and add up what each operator would multiply."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode
from torch.utils.hooks import RemovableHandle

from bench.measurements.counting.layers import Count, CountingError, LayerCount, Shape
from bench.measurements.counting.left_out import is_left_out
from bench.measurements.counting.operators import RULES
from bench.measurements.counting.weightless import is_meta, sharing_weights, weightless

MODEL = "(model)"
"""The row of what the network itself computes or holds, outside of all its modules."""


def count(model: nn.Module, input_shape: tuple[int, int, int]) -> Count:
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
    try:
        duplicate = weightless(model)
        with torch.device("meta"):
            tally, output = _run(duplicate, torch.empty(1, *input_shape, device="meta"))
    except CountingError:
        raise
    except Exception as error:  # noqa: BLE001 - third-party code may raise anything
        duplicate, tally, output = _run_for_real(model, input_shape, error)
    return _collect(duplicate, tally, output, input_shape)


def training_flops(model: nn.Module, input_shape: tuple[int, int, int]) -> int:
    """FLOPs of forward and backward for one image, by torch's own counter.

    Args:
        model: A copy that may be run; its parameters decide which gradients are needed.
        input_shape: C, H, W of one image.
    """
    device = "meta" if is_meta(model) else "cpu"
    with torch.enable_grad(), torch.device(device), FlopCounterMode(display=False) as counter:
        output = _first_tensor(model(torch.zeros(1, *input_shape)))
        if output is not None and output.requires_grad:
            gradients = [weight for weight in model.parameters() if weight.requires_grad]
            torch.autograd.grad(output.sum(), gradients, allow_unused=True)
    return int(counter.get_total_flops())


@dataclass
class _Tally:
    """What has been seen of one module so far."""

    macs: int = 0
    activations: int = 0
    calls: int = 0
    input_shape: Shape = ()
    output_shape: Shape = ()


@dataclass(eq=False)
class _Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds every operator to the innermost module that is running."""

    running: list[nn.Module]
    tallies: dict[nn.Module, _Tally] = field(default_factory=dict)
    unsupported: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Count one operator and run it."""
        rule = RULES.get(func.overloadpacket)
        if rule is None and not is_left_out(func):
            # A composite arrives whole in inference mode; its parts are what can be counted.
            with self:
                parts = func.decompose(*args, **(kwargs or {}))
            if parts is not NotImplemented:
                return parts
            self.unsupported[str(func)] = self.unsupported.get(str(func), 0) + 1
        out = func(*args, **(kwargs or {}))
        if rule is not None:
            macs, elements = rule(args, out)
            tally = self.tally(self.running[-1])
            tally.macs += macs
            tally.activations += elements
        return out

    def tally(self, module: nn.Module) -> _Tally:
        return self.tallies.setdefault(module, _Tally())

    def enter(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.running.append(module)
        tally = self.tally(module)
        tally.calls += 1
        tally.input_shape = _shape((*args, *kwargs.values()))

    def leave(self, module: nn.Module, _: Any, output: Any) -> None:
        self.running.pop()
        self.tally(module).output_shape = _shape(output)


def _run(model: nn.Module, images: Tensor) -> tuple[_Counter, Any]:
    """Run a copy once under the counter."""
    counter = _Counter([model])
    handles: list[RemovableHandle] = []
    for module in model.modules():
        # Seen before the module's own hooks and after them, so that what they compute is counted as its.
        handles.append(module.register_forward_pre_hook(counter.enter, prepend=True, with_kwargs=True))
        handles.append(module.register_forward_hook(counter.leave))
    try:
        with torch.no_grad(), counter:
            output = model(images)
    finally:
        for handle in handles:
            handle.remove()
    return counter, output


def _run_for_real(
    model: nn.Module, input_shape: tuple[int, int, int], meta_error: Exception
) -> tuple[nn.Module, _Counter, Any]:
    """Run with the network's own weights, after the meta device has failed."""
    name, size = type(model).__name__, "x".join(map(str, input_shape))
    if is_meta(model):
        needs_data = isinstance(meta_error, NotImplementedError) or "meta tensor" in str(meta_error).lower()
        advice = (
            "its way depends on data, so build it with weights" if needs_data else "give it another input"
        )
        raise CountingError(
            f"{name} cannot be counted for an image of {size}: {meta_error}; {advice}"
        ) from meta_error
    duplicate = sharing_weights(model)
    device = next((weight.device for weight in duplicate.parameters()), torch.device("cpu"))
    fast_attention = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # it hides its products in one operator
    try:
        images = torch.randn(1, *input_shape, generator=torch.Generator().manual_seed(0)).to(device)
        with torch.random.fork_rng():
            return duplicate, *_run(duplicate, images)
    except Exception as error:
        raise CountingError(f"{name} cannot take an image of {size}: {error}") from error
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_attention)


def _collect(model: nn.Module, counter: _Counter, output: Any, input_shape: tuple[int, int, int]) -> Count:
    names = {module: name or MODEL for name, module in model.named_modules()}
    uncalled = [module for module in names if module not in counter.tallies]
    seen: set[nn.Parameter] = set()
    layers = []
    for module in (*counter.tallies, *uncalled):
        own = [weight for weight in module.parameters(recurse=False) if weight not in seen]
        seen.update(own)
        tally = counter.tallies.get(module, _Tally())
        is_called_leaf = bool(tally.calls) and not any(True for _ in module.children())
        if own or tally.macs or is_called_leaf:
            layers.append(_row(names[module], module, own, tally))
    head = getattr(model, "head", None)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    in_head = set(head.parameters()) if head is not None else set()
    return Count(
        params=sum(weight.numel() for weight in weights),
        params_frozen=sum(weight.numel() for weight in model.parameters() if not weight.requires_grad),
        params_body=sum(weight.numel() for weight in weights if weight not in in_head),
        buffers=sum(buffer.numel() for buffer in model.buffers()),
        macs=sum(layer.macs for layer in layers),
        activations=sum(layer.activations for layer in layers),
        output_shape=_shape(output),
        unsupported=dict(sorted(counter.unsupported.items())),
        layers=tuple(layers),
        _backward=partial(training_flops, model, input_shape),
    )


def _row(name: str, module: nn.Module, own: list[nn.Parameter], tally: _Tally) -> LayerCount:
    return LayerCount(
        layer=name,
        type=type(module).__name__,
        output_shape=tally.output_shape,
        params=sum(weight.numel() for weight in own),
        macs=tally.macs,
        activations=tally.activations,
        calls=tally.calls,
        input_shape=tally.input_shape,
    )


def _shape(value: Any) -> Shape:
    """Shape of the first tensor in a result, without a batch dimension of 1."""
    tensor = _first_tensor(value)
    if tensor is None:
        return ()
    shape = tuple(tensor.shape)
    return shape[1:] if shape[:1] == (1,) else shape


def _first_tensor(value: Any) -> Tensor | None:
    if isinstance(value, Tensor):
        return value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return next((tensor for tensor in map(_first_tensor, parts) if tensor is not None), None)
