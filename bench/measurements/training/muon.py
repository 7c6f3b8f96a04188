"""Muon: momentum whose direction is orthogonalised, for convolutions and linear layers.

After K. Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024,
https://kellerjordan.github.io/posts/muon/), in the form that trains airbench94 (2024): every filter bank is
brought back to the norm sqrt(filters) before each step. torch's own Muon takes matrices only and keeps
no norm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of x -> a x + b x^3 + c x^5, chosen there for the steepest slope at 0: singular values end between about
0.7 and 1.2 instead of at 1."""

SMALLEST = 1e-30
"""A norm that no filters have but those that are all zero; a division by it is still finite in float32."""


def orthogonalise(
    matrix: Tensor, steps: int, eps: float = 1e-7, *, precision: torch.dtype | None = None
) -> Tensor:
    """Move all singular values of a matrix (rows, columns) towards 1 by Newton-Schulz iteration.

    Args:
        matrix: Of any dtype, which is that of the result.
        steps: Of the iteration.
        eps: Added to the norm that divides the matrix.
        precision: What the iteration is computed in; None: the matrix's own. It bears bfloat16, which the
            original takes on a GPU.
    """
    a, b, c = COEFFICIENTS
    x = matrix.to(precision or matrix.dtype)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + eps)  # the Frobenius norm bounds the largest singular value
    for _ in range(steps):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return (x.T if tall else x).to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """Groups with `orthogonal` take Muon's step, the others one of SGD with Nesterov momentum and L2 penalty.

    Args:
        groups: Each with `params`, `orthogonal`, `lr`, `momentum` and `weight_decay`.
        newton_schulz_steps: Steps of the iteration.
        precision: What the iteration is computed in; None: that of the parameters.
    """

    def __init__(
        self,
        groups: list[dict[str, Any]],
        newton_schulz_steps: int,
        precision: torch.dtype | None = None,
    ) -> None:
        super().__init__(groups, {"newton_schulz_steps": newton_schulz_steps})
        self._precision = precision

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Update all parameters that have a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._update(parameter, group)
        return loss

    def _update(self, parameter: nn.Parameter, group: dict[str, Any]) -> None:
        gradient, momentum = parameter.grad, group["momentum"]
        assert gradient is not None
        if group["weight_decay"]:
            gradient = gradient.add(parameter, alpha=group["weight_decay"])
        state = self.state[parameter]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(gradient)
        buffer = state["momentum_buffer"].mul_(momentum).add_(gradient)
        direction = gradient.add(buffer, alpha=momentum)
        if group["orthogonal"]:
            filters = len(parameter)
            flat = direction.reshape(filters, -1)
            steps = group["newton_schulz_steps"]
            direction = orthogonalise(flat, steps, precision=self._precision).view(direction.shape)
            # On the device: reading the norm would make every step wait. Filters may start at zero.
            parameter.mul_(filters**0.5 / parameter.norm().clamp_min(SMALLEST))
        parameter.add_(direction, alpha=-group["lr"])
