"""The machine and the software a number was measured with; importable without torch."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
from datetime import datetime, timezone
from functools import lru_cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench import __version__

LIBRARIES = (
    "torch", "torchvision", "numpy", "pandas", "scikit-learn", "pyarrow", "plotly", "timm",
    "nvidia-cublas", "nvidia-cublas-cu12", "nvidia-cudnn-cu12", "nvidia-cudnn-cu13",
)  # fmt: skip
"""Distributions whose versions are recorded; on CUDA, torch's own version names that of the toolkit."""

DRIVER_FILE = Path("/proc/driver/nvidia/version")
DRIVER = re.compile(r"Kernel Module.*?\s(\d+\.\d[.\d]*)\s")

ARITHMETIC = (
    "ATEN_CPU_CAPABILITY", "CUBLAS_WORKSPACE_CONFIG", "DNNL_DEFAULT_FPMATH_MODE", "DNNL_MAX_CPU_ISA",
    "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "NVIDIA_TF32_OVERRIDE", "ONEDNN_DEFAULT_FPMATH_MODE",
    "ONEDNN_MAX_CPU_ISA", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
)  # fmt: skip
"""Environment variables by which libraries round differently."""


@lru_cache(maxsize=1)
def describe() -> dict[str, Any]:
    """Libraries, Python, processor, cores, memory, and the git revision of the working directory.

    Neither paths nor host or user names are collected: records are made to be sent around.
    """
    return {
        "archbench": __version__,
        "program": _program(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": cpu_name(),
        "cores": usable_cores(),
        "memory_gib": _memory_gib(),
        **_driver(),
        **_arithmetic(),
        "libraries": {name: version for name in LIBRARIES if (version := _version(name))},
        "git_revision": _git("rev-parse", "--short=12", "HEAD"),
        "git_dirty": bool(_git("status", "--porcelain", "--untracked-files=no")),
    }


def _driver() -> dict[str, str]:
    """The version of NVIDIA's driver, where the system tells of one."""
    try:
        found = DRIVER.search(DRIVER_FILE.read_text(encoding="utf-8"))
    except OSError:
        return {}
    return {"nvidia_driver": found[1]} if found else {}


def _arithmetic() -> dict[str, dict[str, str]]:
    """Variables that change how libraries compute, where some are set."""
    found = {name: os.environ[name] for name in ARITHMETIC if name in os.environ}
    return {"variables": found} if found else {}


def usable_cores() -> int:
    """CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load_average() -> float | None:
    """Runnable processes, averaged over the last minute, where the system tells."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def now() -> str:
    """The time as ISO 8601 in UTC, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


@lru_cache(maxsize=1)
def cpu_flags() -> frozenset[str]:
    """Instruction-set flags as the system names them, empty where it does not say."""
    for line in _cpuinfo():
        if line.startswith(("flags", "Features")):
            return frozenset(line.partition(":")[2].split())
    return frozenset()


def cpu_name() -> str:
    """The processor's own name, with the matrix extensions that decide its speed."""
    names = [line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    extensions = [flag for flag in ("amx_bf16", "avx512_bf16", "avx512f", "bf16") if flag in cpu_flags()]
    return f"{name} ({', '.join(extensions)})" if extensions else name


@lru_cache(maxsize=1)
def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


@lru_cache(maxsize=1)
def _program() -> str:
    """Twelve hex digits of the SHA-256 of the program's own code, which a version alone does not pin."""
    digest = hashlib.sha256()
    for package in ("architectures", "bench"):
        found = find_spec(package)  # imports nothing, least of all torch
        assert found is not None
        assert found.origin is not None
        folder = Path(found.origin).parent
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _memory_gib() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _git(*arguments: str) -> str | None:
    try:
        found = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", *arguments],  # noqa: S607 - found on the PATH on purpose
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()
