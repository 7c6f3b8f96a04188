"""What makes a timing doubtful, and from where on."""

from __future__ import annotations

from collections.abc import Iterator

from bench.records import Certificate

LARGEST_DRIFT = 0.05
"""The machine's state changed while it was measured: heat, or work of others that came or went."""

LARGEST_REACH = 0.10
"""The interval goes further from the median than that: differences of networks are often no larger."""

LARGEST_SPREAD = 0.25
"""The middle half of the samples is wider than that: their median stands for no typical sample."""

LARGEST_SHARE_OF_OTHERS = 0.10
"""Of the cores: below it lies the background of an idle system, above it others take caches and cores."""

LARGEST_SHARE_STOLEN = 0.02
"""Of the cores: a hypervisor without pressure takes almost nothing; what it takes comes in long pieces."""

LARGEST_SHARE_OF_QUOTA = 0.01
"""Of the time: a quota stops all threads for tens of milliseconds at once."""

LARGEST_CHANGE_OF_CLOCK = 0.10
"""From the first to the last reading: beyond what governors do on a busy core."""

HARMLESS_SLOWDOWNS = frozenset({"power cap"})
"""A GPU under full load runs at its power limit all the time; that is recorded, and steady."""


def doubts(certificate: Certificate, reach: float | None) -> dict[str, str]:
    """Kind and detail of everything that makes a timing doubtful; `reach` is that of its interval."""
    return dict([*_of_samples(certificate, reach), *_of_others(certificate), *_of_clocks(certificate)])


def _of_samples(certificate: Certificate, reach: float | None) -> Iterator[tuple[str, str]]:
    if reach is not None and reach > LARGEST_REACH:
        far = f"{reach:.0%}" if reach < 1 else "more than 100%"
        yield "imprecise timing", f"interval reaches {far} from the median"
    elif certificate.spread > LARGEST_SPREAD:
        yield "imprecise timing", f"middle half of the samples is {certificate.spread:.0%} wide"
    if certificate.drift is not None and abs(certificate.drift) > LARGEST_DRIFT:
        yield "unsteady timing", f"{certificate.drift:+.1%} from first to last"


def _of_others(certificate: Certificate) -> Iterator[tuple[str, str]]:
    cores = certificate.cores
    if certificate.exclusive is False:
        yield "shared device", "other trials of the run could use it meanwhile"
    if (certificate.other_cores or 0) > LARGEST_SHARE_OF_OTHERS * cores:
        yield "busy machine", f"others used {certificate.other_cores:.1f} of {cores} cores"
    if (certificate.stolen_cores or 0) > LARGEST_SHARE_STOLEN * cores:
        yield "busy host", f"the hypervisor took {certificate.stolen_cores:.2f} of {cores} cores"
    if (certificate.quota_seconds or 0) > LARGEST_SHARE_OF_QUOTA * certificate.seconds:
        yield "CPU quota", f"stopped for {certificate.quota_seconds:.2g} of {certificate.seconds:.2g} s"
    if certificate.gpu_other_processes:
        yield "shared GPU", f"{certificate.gpu_other_processes} other processes on the GPU"


def _of_clocks(certificate: Certificate) -> Iterator[tuple[str, str]]:
    if certificate.cpu_throttle_events:
        yield "CPU throttled", f"{certificate.cpu_throttle_events} times, for heat"
    slowdowns = [name for name in certificate.gpu_slowdowns or () if name not in HARMLESS_SLOWDOWNS]
    if slowdowns:
        yield "GPU throttled", ", ".join(slowdowns)
    for name, clock in (("CPU", certificate.cpu_megahertz), ("GPU", certificate.gpu_megahertz)):
        if clock and abs(clock[1] / clock[0] - 1) > LARGEST_CHANGE_OF_CLOCK:
            yield f"{name} clock changed", f"{clock[0]:.0f} to {clock[1]:.0f} MHz"
