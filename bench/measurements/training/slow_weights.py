"""Slow weights that average those of the optimiser.

M. Zhang et al., "Lookahead Optimizer: k steps forward, 1 step back" (NeurIPS 2019, algorithm 1); with a decay
that grows with the training, as K. Jordan's airbench (2024) averages weights.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from bench.spec import Lookahead


class SlowWeights:
    """One more copy of all trained weights, and of running statistics where wanted, on their device.

    Args:
        model: The network; its weights are those that the optimiser moves.
        spec: How often and how much is averaged.
        state: From `state`, to go on from there; by default the weights as they are.
    """

    def __init__(self, model: nn.Module, spec: Lookahead, state: Mapping[str, Tensor] | None = None) -> None:
        self._spec = spec
        fast: dict[str, Tensor] = {name: one for name, one in model.named_parameters() if one.requires_grad}
        if spec.buffers:  # not counters, which have no average
            fast |= {name: one for name, one in model.named_buffers() if one.is_floating_point()}
        self._fast = list(fast.values())
        self._slow = {name: one.detach().clone() for name, one in fast.items()}
        for name, weight in self._slow.items():
            if state is not None and name in state:
                weight.copy_(state[name])

    @torch.no_grad()
    def after_step(self, steps: int, progress: float) -> None:
        """Average where it is time to; at the end of the training the slow weights become the network's.

        Args:
            steps: Optimiser steps since the training began.
            progress: Share of the training that is done, in (0, 1].
        """
        slow = list(self._slow.values())
        if steps % self._spec.every == 0:
            decay = self._spec.decay * progress**self._spec.growth
            torch._foreach_lerp_(slow, self._fast, 1 - decay)
        elif progress < 1:
            return
        torch._foreach_copy_(self._fast, slow)

    def state(self) -> dict[str, Tensor]:
        """The slow weights and buffers by name, for a checkpoint."""
        return dict(self._slow)
