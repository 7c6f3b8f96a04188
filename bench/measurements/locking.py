"""The counts of a suite's architectures, in the form that a lock file holds."""

from __future__ import annotations

from bench.data.catalogue import geometry
from bench.locks.file import Locked, LockedLayer
from bench.measurements.construction import Geometry, constructor
from bench.measurements.counting import LayerCount, count_built
from bench.measurements.counting.shapes import times
from bench.spec import Architecture, Suite


def lock_architecture(architecture: Architecture, channels: int, image_size: int, classes: int) -> Locked:
    """Count one architecture of a suite.

    Args:
        architecture: As the suite names it.
        channels: Channels of the input.
        image_size: Side of the square input in pixels.
        classes: Classes of the task.

    Raises:
        ArchitectureError: It cannot be built.
        CountingError: It cannot take the suite's images.
    """
    geometry = Geometry(channels, image_size, classes)
    construct = constructor(architecture.name, architecture.args, geometry)
    counts = count_built(construct, geometry.shape)
    return Locked(
        name=architecture.name,
        args=architecture.args,
        input=times(geometry.shape),
        classes=classes,
        params=counts.params,
        params_frozen=counts.params_frozen,
        macs=counts.macs,
        activations=counts.activations,
        output_shape=times(counts.output_shape),
        layers=tuple(_locked_layer(layer) for layer in counts.layers if layer.params or layer.macs),
    )


def geometry_of(suite: Suite) -> tuple[int, int, int]:
    """Channels, image side and classes of a suite's task; catalogue datasets need no data for it.

    Raises:
        SuiteError: The dataset is unknown or has no single image size.
        DataError: A "folder" or "parquet" dataset has to be looked at and is not there.
    """
    return geometry(suite.dataset)


def _locked_layer(layer: LayerCount) -> LockedLayer:
    return LockedLayer(
        layer=layer.layer,
        type=layer.type,
        calls=layer.calls,
        input_shape=times(layer.input_shape),
        output_shape=times(layer.output_shape),
        weights=" + ".join(map(times, layer.weights)) or "-",
        params=layer.params,
        macs=layer.macs,
        activations=layer.activations,
    )
