"""Files of pytest-benchmark; those that `bench report` wrote become throughputs and latencies again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.analysis.imported.measured import QUANTITIES, Source, measured

OURS = "archbench"
"""Key of `extra_info` under which this program keeps what was measured, and under which conditions."""

ALSO = {
    "batch_size": "batch size", "image_size": "image size", "precision": "precision", "device": "device name",
    "device_name": "device name", "torch": "torch",
}  # fmt: skip
"""Keys of `extra_info` that other people's benchmarks may carry."""


def is_file(content: object) -> bool:
    """Whether JSON is what pytest-benchmark writes."""
    return (
        isinstance(content, dict)
        and isinstance(content.get("benchmarks"), list)
        and "machine_info" in content
    )


def read_file(name: str, content: Mapping[str, Any], said: Mapping[str, str]) -> Source:
    """The median of every benchmark.

    Args:
        name: Name of the file.
        content: Its JSON.
        said: Conditions that hold for all of them, from beside the file.
    """
    found, left_out = [], []
    common = {**_machine(content["machine_info"]), **said}
    for entry in content["benchmarks"]:
        row = entry if isinstance(entry, dict) else {}
        median, extra = _table(row.get("stats")).get("median"), _table(row.get("extra_info"))
        ours = _table(extra.get(OURS))
        if ours.get("quantity") in QUANTITIES:
            subject, quantity, value = str(ours.get("network")), str(ours["quantity"]), ours.get("value")
            own = {str(key): str(one) for key, one in _table(ours.get("conditions")).items()}
        else:
            subject, quantity, value = str(row.get("fullname") or row.get("name") or "?"), "seconds", median
            own = {ALSO[key]: str(one) for key, one in extra.items() if key in ALSO}
        figure = measured(subject, quantity, value, {**common, **own})
        if figure is None:
            left_out.append(f"{subject}: no median")
        else:
            found.append(figure)
    return Source(name, "pytest-benchmark", tuple(found), tuple(left_out))


def _machine(info: object) -> dict[str, str]:
    cpu = _table(info).get("cpu")
    brand = _table(cpu).get("brand_raw") or _table(cpu).get("brand")
    return {"device name": str(brand)} if brand else {}


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
