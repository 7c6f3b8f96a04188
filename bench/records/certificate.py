"""Whether to believe a timing: how it was made, what else the machine did, what makes it doubtful."""

from __future__ import annotations

from typing import Literal

from bench.spec import Model


class Certificate(Model):
    """Conditions of one timing. A value that this machine does not tell is None and named in `unreadable`."""

    synchronised: str
    """How the clock waited for the device, for example "torch.cuda.synchronize around each block"."""
    clock: str
    """What was read, for example "time.perf_counter"."""
    samples: int
    """Timed blocks, calls, steps or epochs."""
    seconds: float
    """How long the machine was watched: the timed work with its warm-up."""
    spread: float
    """Interquartile range of the samples over their median."""
    drift: float | None = None
    """Median of the last samples over that of the first, minus one."""
    cores: int
    """CPU cores that the process may use."""
    own_cores: float
    """Cores that the process kept busy, averaged over the time watched."""
    other_cores: float | None = None
    """Cores, among those it may use, that all other processes kept busy."""
    stolen_cores: float | None = None
    """Cores that the hypervisor gave to other machines."""
    preemptions_per_second: float | None = None
    """How often a thread of the process had to leave its core (involuntary context switches)."""
    quota_seconds: float | None = None
    """Time for which the control group's CPU quota stopped threads of it."""
    load_average: float | None = None
    """Runnable processes, averaged over the minute before the first sample."""
    cpu_megahertz: tuple[float, float] | None = None
    """Clock of the cores at the beginning and at the end, mean over up to four of them."""
    cpu_celsius: float | None = None
    """The hottest sensor of processor or board at the end."""
    cpu_throttle_events: int | None = None
    """How often the processor slowed itself down for heat."""
    gpu_megahertz: tuple[float, float] | None = None
    """Clock of the GPU's multiprocessors at the beginning and at the end."""
    gpu_celsius: float | None = None
    """Temperature of the GPU at the end."""
    gpu_slowdowns: tuple[str, ...] | None = None
    """Why the GPU's clock was lowered at the end of any stretch of timing, in NVML's terms."""
    gpu_other_processes: int | None = None
    """Other processes that held the GPU."""
    exclusive: bool | None = None
    """Whether the device was kept for this trial alone by who runs the trials; None: not recorded."""
    unreadable: tuple[str, ...] = ()
    """What could not be read on this machine."""
    doubts: dict[str, str] = {}
    """What makes the timing doubtful: kind and detail; empty when nothing does."""

    @property
    def verdict(self) -> Literal["good", "doubtful"]:
        """A doubtful timing is kept, and marked wherever it is shown."""
        return "doubtful" if self.doubts else "good"
