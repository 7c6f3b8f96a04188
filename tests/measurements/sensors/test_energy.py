"""Energy: counters that wrap, and machines that have none."""

import torch

from bench.measurements.sensors.energy import Meter

CPU = torch.device("cpu")


def package(root, number, energy, full=1_000_000, name="package"):
    folder = root / "sys/class/powercap" / f"intel-rapl:{number}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "energy_uj").write_text(f"{energy}\n")
    (folder / "max_energy_range_uj").write_text(f"{full}\n")
    (folder / "name").write_text(f"{name}-{number}\n")


def test_packages_are_added_and_their_parts_are_not(tmp_path):
    """Two packages; the core domain below the first is part of it already."""
    package(tmp_path, 0, 2_000)
    package(tmp_path, 1, 3_000)
    package(tmp_path, "0:0", 1_000)
    meter = Meter.of(CPU, None, tmp_path)
    assert meter.source == "CPU packages, by RAPL"
    before = meter.joules()
    package(tmp_path, 0, 502_000)
    assert meter.joules() - before == 0.5


def test_the_platform_of_a_laptop_is_not_added_to_its_package(tmp_path):
    """Its domain "psys" stands beside the package, and holds all that the package takes once more."""
    package(tmp_path, 0, 1_000_000)
    package(tmp_path, 1, 5_000_000, name="psys")
    assert Meter.of(CPU, None, tmp_path).joules() == 1.0


def test_a_full_counter_starts_again(tmp_path):
    """Energy goes on rising."""
    package(tmp_path, 0, 900_000)
    meter = Meter.of(CPU, None, tmp_path)
    before = meter.joules()
    package(tmp_path, 0, 100_000)
    assert abs(meter.joules() - before - 0.2) < 1e-9


def test_no_counter_no_meter(tmp_path):
    """A machine without RAPL, or a user who may not read it."""
    assert Meter.of(CPU, None, tmp_path) is None
    package(tmp_path, 0, "")
    assert Meter.of(CPU, None, tmp_path) is None


def test_the_processors_energy_is_not_that_of_a_gpu(tmp_path):
    """For another device there is none."""
    package(tmp_path, 0, 1)
    assert Meter.of(torch.device("mps"), None, tmp_path) is None


def test_a_gpu_reports_its_own(tmp_path):
    """NVML's counter comes first."""

    class Board:
        def joules(self):
            return 12.5

    meter = Meter.of(torch.device("cuda"), Board(), tmp_path)
    assert (meter.source, meter.joules()) == ("GPU board, by NVML", 12.5)
