"""The memory of this process as Linux counts it: in use now, most so far, and a limit on growth."""

from __future__ import annotations

from pathlib import Path

SELF = Path("/proc/self")
CGROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)
"""Limit and use, of version 2 and 1."""
KIB = 1024


def supported() -> bool:
    """Whether this system tells the peak of the resident set, and lets it start afresh."""
    return _status("VmHWM") is not None and restart_peak()


def resident() -> int:
    """Bytes of the resident set now."""
    return _status("VmRSS") or 0


def peak() -> int:
    """Bytes of the largest resident set since `restart_peak`."""
    return _status("VmHWM") or 0


def restart_peak() -> bool:
    """Let the peak start from what is resident now; false where the system refuses."""
    try:
        (SELF / "clear_refs").write_text("5", encoding="ascii")  # proc_pid_clear_refs(5)
    except OSError:
        return False
    return True


def limit_growth(allowed: int) -> None:
    """Let allocations fail that would take more than so many bytes beside what the process has now.

    The limit counts private writable mappings, so that an allocation fails before its pages are touched and
    the machine never runs out. It holds until the process ends.
    """
    import resource  # noqa: PLC0415 - absent on Windows

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = (_status("VmData") or 0) + allowed
    resource.setrlimit(
        resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
    )


def available() -> int | None:
    """Bytes that can be taken without swapping, of the machine or of the container; None where unknown."""
    found = [_meminfo("MemAvailable"), *(_free_in(Path(most), Path(used)) for most, used in CGROUPS)]
    known = [value for value in found if value is not None]
    return min(known) if known else None


def largest_cache() -> int:
    """Bytes of the processor's largest cache; 0 where the system does not tell."""
    sizes = Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size")
    return max((int(path.read_text().strip().rstrip("K")) * KIB for path in sizes), default=0)


def _free_in(most: Path, used: Path) -> int | None:
    try:
        return max(int(most.read_text()) - int(used.read_text()), 0)
    except (OSError, ValueError):  # no such controller, or "max"
        return None


def _status(field: str) -> int | None:
    return _kib(SELF / "status", field)


def _meminfo(field: str) -> int | None:
    return _kib(Path("/proc/meminfo"), field)


def _kib(path: Path, field: str) -> int | None:
    """A line like "VmRSS:  1234 kB", in bytes."""
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    values = [line.split()[1] for line in lines if line.startswith(f"{field}:")]
    return int(values[0]) * KIB if values else None
