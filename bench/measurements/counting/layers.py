"""What counting a network yields: totals and one row a layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bench.errors import SuiteError
from bench.measurements.counting.shapes import Shape


class CountingError(SuiteError):
    """A network that cannot be counted, with the reason and what to do."""


@dataclass(frozen=True)
class LayerCount:
    """One module that computes or holds parameters itself.

    Modules that only contain others have no row. A module that holds parameters and contains others,
    for example an attention block that multiplies by its weights itself, has one for its own share.
    """

    layer: str
    """Qualified name; a shared module goes by its first."""
    type: str
    """Class name."""
    output_shape: Shape
    """Shape of its last output, without a batch dimension of 1; empty if it was never called."""
    params: int
    """Parameters that it holds itself and that no earlier row holds."""
    macs: int
    """Multiply-accumulates inside it, over all its calls."""
    activations: int
    """Output elements of its convolutions and matrix products, over all its calls."""
    calls: int
    """How often it was called."""
    input_shape: Shape = ()
    """Shape of its last input, without a batch dimension of 1; empty if it was never called."""
    weights: tuple[Shape, ...] = ()
    """Shapes of the parameters counted in `params`."""
    elements_in: int = 0
    """Input elements, over all its calls."""
    elements_out: int = 0
    """Output elements, over all its calls."""
    window: int = 0
    """Side of the window of a pool, in elements; 0 for other modules."""


@dataclass(frozen=True)
class Count:
    """Counts of one network for one image; `bench.records.StaticFacts` says what each number means."""

    params: int
    params_frozen: int
    params_body: int
    buffers: int
    macs: int
    activations: int
    output_shape: Shape
    output_type: str
    """Class name of what the network returns in evaluation mode; "Tensor" for logits."""
    unsupported: Mapping[str, int]
    """Operators without a rule that are not known to be free of multiply-accumulates, and their calls."""
    layers: tuple[LayerCount, ...]
    """In the order of first call; layers that hold parameters and are never called come last."""
    _backward: Callable[[], int] = field(repr=False, compare=False)

    @property
    def flops(self) -> int:
        """Floating-point operations of the forward pass: 2 x MACs."""
        return 2 * self.macs

    @property
    def elements_moved(self) -> int:
        """Elements that the layers with MACs take in and put out for one image, at every call."""
        return sum(layer.elements_in + layer.elements_out for layer in self.layers if layer.macs)

    @property
    def weights_read(self) -> int:
        """Elements of their own weights that the layers with MACs read in one forward pass."""
        return sum(layer.params * layer.calls for layer in self.layers if layer.macs)

    @cached_property
    def flops_train(self) -> int:
        """FLOPs of forward and backward by torch's own counter; computed when first asked for."""
        return self._backward()
