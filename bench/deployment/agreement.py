"""Whether a file computes what the network computes."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from bench.errors import CheckError

TOLERANCE = 1e-3
"""Of the largest logit: other kernels sum in another order, which float32 shows after many layers."""


def refuse_disagreement(path: Path, expected: Tensor, found: Tensor) -> float:
    """The largest difference between two batches of logits.

    Raises:
        CheckError: It is larger than rounding explains; the file is removed.
    """
    if found.shape != expected.shape:
        path.unlink()
        raise CheckError(f"{path}: gives {tuple(found.shape)} instead of {tuple(expected.shape)}; removed")
    difference = float((found - expected).abs().max())
    scale = max(1.0, float(expected.abs().max()))
    if not torch.isfinite(expected).all() or not difference <= TOLERANCE * scale:
        path.unlink()
        raise CheckError(
            f"{path}: its logits are up to {difference:.3g} away from the network's, of up to {scale:.3g}; "
            "removed"
        )
    return difference
