"""What a trial takes of the machines, and which machines there are."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bench.spec.model import Bytes, Model


class Resources(Model):
    """What Ray reserves on a node for each trial; it moves no number, but for CPU threads."""

    cpus: Annotated[float, Field(gt=0)] | None = None
    """Cores; a trial computes in as many threads, unless `execution.threads` says otherwise. Default:
    `execution.threads`; without it, for a trial on a GPU its share of the node's cores, else all cores of the
    smallest node, as a trial has on one machine."""
    gpus: Annotated[float, Field(ge=0)] | None = None
    """GPUs, or a fraction of one, which trials then share. Default: one where the device is a GPU. A trial
    with timings or a profile gets whole GPUs, or on CPUs a whole node, whatever is said here."""
    memory: Bytes | None = None
    """Main memory, in bytes or as text like "16 GiB". Default: not reserved."""


class RayCluster(Model):
    """Which Ray cluster runs the trials of `engine = "ray"`, and how."""

    address: str | None = None
    """Address of a running cluster, for example "10.0.0.1:6379", or "auto" on one of its nodes. Default: what
    $RAY_ADDRESS says; without it, a cluster of this machine alone, which ends with the run."""
    retries: Annotated[int, Field(ge=0)] = 3
    """How often a trial whose node was lost goes on elsewhere, from its last checkpoint, before it fails."""
    storage: str | None = None
    """A folder or fsspec URL, for example "s3://bucket/runs", over which trials travel where nodes do not see
    the run directory: checkpoints after each epoch, everything at the end. Default: it is shared."""
