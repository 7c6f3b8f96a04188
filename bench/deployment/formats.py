"""How each format is written and run."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from bench.errors import CheckError, DependencyError
from bench.measurements.failure import reason

FACTS = "archbench"
"""Name under which facts about the trial travel inside the file."""

LARGEST_ONNX = 1_500_000_000
"""Bytes of weights in one ONNX file, which protobuf bounds; beyond, they lie beside it."""

ONNX_NEEDS = ("onnx", "onnxscript")


class Writer(Protocol):
    """Writes a network."""

    def __call__(self, network: nn.Module, images: Tensor, path: Path, about: str, *, dynamic: bool) -> None:
        """Trace it with these images, and write it; `dynamic` leaves the batch size free."""


Runner = Callable[[Path, Tensor], tuple[str, Tensor] | None]
"""Runs a file on images: by what, and the logits; None where that is not installed."""


class Written(NamedTuple):
    """A format."""

    write: Writer
    ending: str
    run: Runner


def _write_program(network: nn.Module, images: Tensor, path: Path, about: str, *, dynamic: bool) -> None:
    program = _traced(network, images, dynamic=dynamic)
    torch.export.save(program, path, extra_files={FACTS: about})


def _run_program(path: Path, images: Tensor) -> tuple[str, Tensor]:
    with torch.no_grad():
        return "torch", torch.export.load(path).module()(images)


def _write_onnx(network: nn.Module, images: Tensor, path: Path, about: str, *, dynamic: bool) -> None:
    if missing := [name for name in ONNX_NEEDS if importlib.util.find_spec(name) is None]:
        raise DependencyError(f"ONNX needs {' and '.join(missing)}; pip install 'archbench[onnx]'")
    program = _traced(network, images, dynamic=dynamic)
    size = sum(tensor.numel() * tensor.element_size() for tensor in network.state_dict().values())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of how torch's exporter will change
            found: Any = torch.onnx.export(
                program, dynamo=True, verbose=False, input_names=["images"], output_names=["logits"]
            )
    except Exception as error:
        raise CheckError(f"{path.name}: an operator has no form in ONNX: {reason(error)}") from error
    found.model.metadata_props[FACTS] = about
    found.save(path, external_data=size > LARGEST_ONNX)


def _run_onnx(path: Path, images: Tensor) -> tuple[str, Tensor] | None:
    if importlib.util.find_spec("onnxruntime") is None:
        return None
    import onnxruntime  # noqa: PLC0415 - an extra

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (logits,) = session.run(None, {session.get_inputs()[0].name: images.numpy()})
    return "onnxruntime", torch.from_numpy(logits)


def _traced(network: nn.Module, images: Tensor, *, dynamic: bool) -> torch.export.ExportedProgram:
    shapes = ({0: torch.export.Dim("batch")},) if dynamic else None
    try:
        return torch.export.export(network, (images,), dynamic_shapes=shapes, strict=False)
    except Exception as error:
        hint = "; it may be for a fixed batch_size" if dynamic else ""
        raise CheckError(f"the network cannot be traced: {reason(error)}{hint}") from error


FORMATS = {
    "onnx": Written(_write_onnx, ".onnx", _run_onnx),
    "torch-export": Written(_write_program, ".pt2", _run_program),
}
"""By name."""
