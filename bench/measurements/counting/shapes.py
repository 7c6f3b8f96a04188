"""Shapes of whatever goes into a module and comes out of it."""

from __future__ import annotations

from typing import Any

from torch import Tensor

Shape = tuple[int, ...]


def first_tensor(value: Any) -> Tensor | None:
    """The first tensor in a possibly nested result; None if there is none."""
    if isinstance(value, Tensor):
        return value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return next((tensor for tensor in map(first_tensor, parts) if tensor is not None), None)


def shape_of(value: Any) -> Shape:
    """Shape of the first tensor, without a leading batch dimension of 1; () if there is none."""
    tensor = first_tensor(value)
    if tensor is None:
        return ()
    shape = tuple(tensor.shape)
    return shape[1:] if shape[:1] == (1,) else shape


def times(shape: Shape) -> str:
    """Write a shape like 64x112x112; a dash where there is none."""
    return "x".join(map(str, shape)) or "-"
