"""Why counters disagree: each convention as the MACs plus named terms, every term computed from the layers.

MACs here are those of convolutions, linear layers and matrix products. What other tools add to them:

- *fvcore* (and timm's tables): 2 for each element of a batch normalisation, 1 for each input of an adaptive
  average pool.
- *torchinfo*: each bias once per output, and the parameters of norms, as if each were used once.
- *ptflops*: biases, 2 for each element of a batch normalisation, 1 for each element of activations and for
  each input of pools; its releases of today count these last two twice, as module and as function.
- *thop*: 4 for each element of a batch normalisation, average pools, 3n - 1 for a softmax over n.
- *thop of 2019*: 4 for each element of a batch normalisation, 1 for each element of an activation and the
  side of the window for each output of a max pool, a linear layer's additions beside its multiplications,
  average pools; a module that is called several times has only its last call counted, and the sum is kept in
  a 32-bit float, which rounds it to a multiple of 256. This is what yields the often quoted 4,142,713,856
  for ResNet-50 (v1.5).
- *torch's own counter*: 2 for each MAC, and nothing else. A figure in FLOPs is twice one in MACs; a figure
  for a batch of two is, too, and looks the same.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from bench.measurements.counting.layers import Count, LayerCount


@dataclass(frozen=True)
class Rung:
    """One figure of the ledger: the sum of its terms, or what a tool says."""

    convention: str
    """Who counts like this."""
    unit: str
    """"MACs", "FLOPs", or "mixed" where some multiply-accumulates and some single operations are added."""
    terms: dict[str, int]
    """What it consists of."""
    measured: int | None = None
    """The figure of the tool itself, where it was run."""

    @property
    def explained(self) -> int:
        """Sum of the terms."""
        return sum(self.terms.values())

    @property
    def figure(self) -> int:
        """What the tool says, or what the convention yields."""
        return self.explained if self.measured is None else self.measured

    @property
    def unexplained(self) -> int:
        """What the terms do not account for; 0 where no tool was run."""
        return self.figure - self.explained


def ledger(counts: Count, variants: dict[str, Count] | None = None) -> tuple[Rung, ...]:
    """The conventions applied to one network, from the fewest terms to the most.

    Args:
        counts: The network.
        variants: The same network with other options, by description, for example strides elsewhere.
    """
    others = [Rung(name, "MACs", {"MACs": other.macs}) for name, other in (variants or {}).items()]
    return (*others, *(Rung(name, unit, terms(counts)) for name, (unit, terms) in CONVENTIONS.items()))


def _elements(counts: Count, kind: str, *, of: Callable[[LayerCount], int]) -> int:
    return sum(of(layer) for layer in counts.layers if kind in layer.type)


def _inputs(layer: LayerCount) -> int:
    return layer.elements_in


def _outputs(layer: LayerCount) -> int:
    return layer.elements_out


def _batch_norm(counts: Count, each: int) -> dict[str, int]:
    return {f"batch normalisation, {each} per element": each * _elements(counts, "BatchNorm", of=_outputs)}


def _bias(counts: Count) -> dict[str, int]:
    """Output elements of convolutions and linear layers that have a bias."""
    biased = (layer for layer in counts.layers if layer.macs and layer.weights[1:])
    return {"bias, 1 per output": sum(layer.elements_out for layer in biased)}


def _activation_and_pooling(counts: Count) -> dict[str, int]:
    activations = sum(_elements(counts, kind, of=_outputs) for kind in ("ReLU", "Sigmoid", "GELU"))
    pools = _elements(counts, "Pool", of=_inputs)
    return {"activation, 1 per element": activations, "pooling, 1 per input": pools}


def _macs(counts: Count) -> dict[str, int]:
    return {"MACs": counts.macs}


def _fvcore(counts: Count) -> dict[str, int]:
    pools = _elements(counts, "AdaptiveAvgPool", of=_inputs)
    return _macs(counts) | _batch_norm(counts, 2) | {"adaptive average pool, 1 per input": pools}


def _torchinfo(counts: Count) -> dict[str, int]:
    norms = _elements(counts, "Norm", of=lambda layer: layer.params)
    return _macs(counts) | _bias(counts) | {"parameters of norms": norms}


def _ptflops(counts: Count) -> dict[str, int]:
    softmax = {"softmax, 1 per element": _elements(counts, "Softmax", of=_outputs)}
    return _macs(counts) | _bias(counts) | _batch_norm(counts, 2) | _activation_and_pooling(counts) | softmax


def _ptflops_today(counts: Count) -> dict[str, int]:
    again = {f"{name}, counted again": value for name, value in _activation_and_pooling(counts).items()}
    return _ptflops(counts) | again


def _thop(counts: Count) -> dict[str, int]:
    adaptive = _elements(counts, "AdaptiveAvgPool", of=lambda layer: layer.elements_in + layer.elements_out)
    fixed = sum(layer.elements_out for layer in counts.layers if layer.type.startswith("AvgPool"))
    softmax = _elements(
        counts, "Softmax", of=lambda layer: 3 * layer.elements_out - layer.elements_out // _classes(layer)
    )
    pools = {"adaptive average pool, 1 per input and output": adaptive, "average pool, 1 per output": fixed}
    return _macs(counts) | _batch_norm(counts, 4) | pools | {"softmax, 3n - 1": softmax}


def _thop_2019(counts: Count) -> dict[str, int]:
    def last_call(layer: LayerCount) -> int:
        return prod(layer.output_shape)

    linear = [layer for layer in counts.layers if layer.type == "Linear"]
    terms = (
        _macs(counts)
        | {"additions of linear layers": sum(layer.macs - layer.elements_out for layer in linear)}
        | _batch_norm(counts, 4)
        | {
            "activation, 1 per element of its last call": _elements(counts, "ReLU", of=last_call),
            "max pool, 1 per output and side of window": _elements(
                counts, "MaxPool", of=lambda layer: layer.window * layer.elements_out
            ),
            "adaptive average pool, 1 per input and output": _elements(
                counts, "AdaptiveAvgPool", of=lambda layer: layer.elements_in + layer.elements_out
            ),
        }
    )
    exact = sum(terms.values())
    return terms | {"rounding of a 32-bit float": round_to_float32(exact) - exact}


def round_to_float32(value: int) -> int:
    """The nearest integer that a 32-bit float holds."""
    return int(struct.unpack("f", struct.pack("f", value))[0])


def _classes(layer: LayerCount) -> int:
    return prod(layer.output_shape[:1])


def _flops(counts: Count) -> dict[str, int]:
    return {"2 x MACs": counts.flops}


CONVENTIONS: dict[str, tuple[str, Callable[[Count], dict[str, int]]]] = {
    "convolution + linear": ("MACs", _macs),
    "torchinfo": ("mixed", _torchinfo),
    "fvcore": ("mixed", _fvcore),
    "ptflops, modules once": ("mixed", _ptflops),
    "ptflops": ("mixed", _ptflops_today),
    "thop": ("mixed", _thop),
    "thop of 2019": ("mixed", _thop_2019),
    "torch": ("FLOPs", _flops),
}
"""By name; a name that is also a tool's in `peers.py` is measured where that tool is installed."""
