"""Unpickle plain values and numpy arrays, and nothing else: a pickle may name any function to call."""

from __future__ import annotations

import io
import pickle
import pickletools
from typing import Any

import numpy as np

from bench.errors import DataError

# The functions moved between numpy 1 and 2; an array's own reductions name them wherever they are.
_RECONSTRUCT = np.empty(0).__reduce__()[0]
_FROM_BUFFER = np.empty(0).__reduce_ex__(5)[0]

_MEMO = ("PUT", "BINPUT", "LONG_BINPUT")
"""They name a place in a table of objects, which grows to hold it; genops checks all other lengths itself."""


def load(data: bytes, file: str) -> dict[str, Any]:
    """Unpickle a dictionary.

    Raises:
        DataError: It wants to call something, is damaged, or is no dictionary.
    """
    try:
        _refuse_greed(data)
        loaded = _ArraysOnly(io.BytesIO(data), encoding="latin1").load()
    except _RefusedError as error:
        raise DataError(f"{file}: refused, because {error}; replace it by the official file") from error
    except Exception as error:  # A damaged pickle may raise anything.
        raise DataError(f"{file}: damaged ({error}); replace it by the official file") from error
    if not isinstance(loaded, dict):
        raise DataError(f"{file}: not a dictionary; replace it by the official file")
    return loaded


def _refuse_greed(data: bytes) -> None:
    """A few bytes can ask the unpickler to make room for gigabytes, before it sees that nothing follows."""
    for opcode, argument, _ in pickletools.genops(data):
        if opcode.name in _MEMO and int(argument or 0) > len(data):
            raise _RefusedError(f"it counts {argument} objects in {len(data)} bytes")


class _RefusedError(pickle.UnpicklingError):
    """The pickle names something that is not part of an array."""


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        match module, name:
            case ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct"):
                return _RECONSTRUCT
            case ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer"):
                return _FROM_BUFFER
            case ("numpy", "ndarray"):
                return np.ndarray
            case ("numpy", "dtype"):
                return np.dtype
            case ("_codecs", "encode"):
                return _latin1
        raise _RefusedError(f"it wants to use {module}.{name}, which no array needs")


def _latin1(text: str, _encoding: str) -> bytes:
    """What protocol 2 calls to rebuild bytes; the real function knows codecs that do more."""
    return text.encode("latin1")
