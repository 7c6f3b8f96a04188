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
    """One more copy of all trained weights, on their device.

    Args:
        model: The network; its weights are those that the optimiser moves.
        spec: How often and how much is averaged.
        state: From `state`, to go on from there; by default the weights as they are.
    """

    def __init__(self, model: nn.Module, spec: Lookahead, state: Mapping[str, Tensor] | None = None) -> None:
        self._spec = spec
        trained = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
        self._fast: list[Tensor] = list(trained.values())
        self._slow = {name: weight.detach().clone() for name, weight in trained.items()}
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
        """The slow weights by name, for a checkpoint."""
        return dict(self._slow)
