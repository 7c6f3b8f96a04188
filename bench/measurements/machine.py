"""What this machine has and can do, found by trying: for `bench doctor`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec

import torch

from bench import environment
from bench.data import catalogue, lookup, places
from bench.errors import DataError
from bench.finding import Finding
from bench.measurements.construction import Geometry, constructor
from bench.measurements.counting import count_built
from bench.measurements.device import Device, native_bfloat16
from bench.measurements.timing.peaks import device_peaks
from bench.spec import Dataset, Execution

EXTRAS = {"timm": "networks as timm:NAME", "pynvml": "clocks and energy of a GPU (package nvidia-ml-py)"}
"""Optional modules, and what they bring."""

EXAMPLE, IMAGES = Geometry(channels=3, image_size=32, classes=10), 50_000
"""CIFAR-10, for an expectation that a reader can place."""

FORWARD_AND_BACKWARD = 3
"""Training takes about three times the FLOPs of the forward pass."""


def examine_machine() -> Iterator[Finding]:
    """Look at everything that decides whether and how fast a suite runs; takes some seconds."""
    yield from _software()
    device = Device.chosen(Execution())
    yield _device(device)
    yield _bfloat16(device)
    yield _compile(device)
    try:
        yield from _speed(device)
    except RuntimeError as error:  # a driver that does not fit, or memory that others hold
        yield Finding("broken", "arithmetic", f"does not work: {str(error).partition(chr(10))[0]}")
    yield from _data()
    yield _cache()


def _software() -> Iterator[Finding]:
    facts = environment.describe()
    libraries = ", ".join(f"{name} {version}" for name, version in facts["libraries"].items())
    text = f"archbench {facts['archbench']}, Python {facts['python']}, {libraries}"
    yield Finding("ok", "versions", text)
    for module, brings in EXTRAS.items():
        there = find_spec(module) is not None
        yield Finding("ok" if there else "note", module, brings if there else f"not installed: no {brings}")


def _device(device: Device) -> Finding:
    facts = environment.describe()
    gpu = f" ({torch.cuda.get_device_name(device.handle)})" if device.handle.type == "cuda" else ""
    text = f"{device.handle}{gpu}; {facts['cpu']}, {facts['cores']} cores, {facts['memory_gib']} GiB"
    return Finding("ok", "device", text)


def _bfloat16(device: Device) -> Finding:
    if native_bfloat16(device.handle):
        return Finding("ok", "bfloat16", 'native; precision "auto" is bfloat16')
    return Finding("note", "bfloat16", 'not multiplied natively; precision "auto" is float32')


def _compile(device: Device) -> Finding:
    def work(values: torch.Tensor) -> torch.Tensor:
        return torch.relu(values * 2 - 1)

    values = torch.rand(64, device=device.handle)
    try:
        same = torch.allclose(torch.compile(work)(values), work(values))
    except Exception as error:  # noqa: BLE001 - compilers fail in every way; it is an option that is lost
        reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        return Finding("note", "compile", f'does not work, leave [execution] compile = "off": {reason[:200]}')
    text = "works" if same else "gives other numbers than eager"
    return Finding("ok" if same else "note", "compile", text)


def _speed(device: Device) -> Iterator[Finding]:
    threads = environment.usable_cores()
    device.prepare(deterministic=False, threads=threads)
    peaks = device_peaks(device, threads)
    flops, moved = peaks.matrix.flops_per_second, peaks.bandwidth.bytes_per_second
    rate = f"{flops / 1e9:,.0f} GFLOP/s of {device.precision} matrix products, with {threads} threads"
    yield Finding("ok", "arithmetic", rate)
    yield Finding("ok", "memory", f"{moved / 1e9:,.1f} GB/s ({peaks.bandwidth.kernel})")
    busy = environment.load_average()
    if busy is not None and busy > threads:
        text = f"{busy:.1f} on {threads} cores: other work shares them, so that speeds come out low"
        yield Finding("note", "load", text)
    macs = count_built(constructor("resnet18", {}, EXAMPLE), EXAMPLE.shape).macs
    seconds = IMAGES * 2 * macs * FORWARD_AND_BACKWARD / flops
    text = f"an epoch of resnet18 on CIFAR-10 takes {seconds:,.0f} s or more, at the speed of matrix products"
    yield Finding("ok", "expect", text)


def _data() -> Iterator[Finding]:
    for name in catalogue.names():
        entry = catalogue.find(name)
        if entry.classes is None:
            continue
        try:
            source = lookup.locate(entry, Dataset(name=name), None, may_download=False)
        except DataError:
            text = "not here, would be downloaded" if entry.remotes else "not here"
            yield Finding("note", f"data {name}", text)
        else:
            yield Finding("ok", f"data {name}", f"{source.layout}, {source.place}")


def _cache() -> Finding:
    folder = places.cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        reason = error.strerror or str(error)
        text = f"{folder} cannot be written: {reason}; name another folder with BENCH_CACHE"
        return Finding("broken", "cache", text)
    return Finding("ok", "cache", f"{folder}, {free / 2**30:,.1f} GiB free")
