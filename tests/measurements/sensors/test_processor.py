"""Readings of the processor, from files as the kernel writes them."""

import pytest

from bench.measurements.sensors import processor


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A machine of which cores 0 and 1 may be used."""
    monkeypatch.setattr(processor, "usable", lambda: frozenset({0, 1}))
    monkeypatch.setattr(processor.os, "sysconf", lambda name: 100, raising=False)
    return tmp_path


def write(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_times_are_those_of_the_usable_cores(root):
    """User + nice + system + irq + softirq, and steal, in ticks of 10 ms; guest time is in user already."""
    write(
        root,
        "proc/stat",
        "cpu  999 999 999 999 999 999 999 999 999 0\n"
        "cpu0 100 10 20 5000 70 3 4 50 100 0\n"
        "cpu1 200 0 0 5000 0 0 0 25 0 0\n"
        "cpu2 900 0 0 0 0 0 0 900 0 0\nintr 1 2 3\n",
    )
    found = processor.counters(root)
    assert found.busy == pytest.approx(3.37)
    assert found.stolen == pytest.approx(0.75)


def test_a_machine_that_tells_nothing(root):
    """None everywhere, no error."""
    found = processor.counters(root)
    assert (found.busy, found.stolen, found.quota, found.throttles) == (None, None, None, None)
    assert processor.megahertz(root) is None
    assert processor.celsius(root) is None


@pytest.mark.parametrize(
    ("groups", "path", "text"),
    [
        ("0::/user.slice\n", "sys/fs/cgroup/user.slice/cpu.stat", "nr_throttled 3\nthrottled_usec 2500000\n"),
        ("0::/on/the/host\n", "sys/fs/cgroup/cpu.stat", "throttled_usec 2500000\n"),
        (
            "3:memory:/x\n2:cpu,cpuacct:/x\n",
            "sys/fs/cgroup/cpu,cpuacct/x/cpu.stat",
            "throttled_time 2500000000\n",
        ),
    ],
)
def test_the_quota_of_either_version_of_control_groups(root, groups, path, text):
    """Microseconds in version 2, also inside a container; nanoseconds in version 1."""
    write(root, "proc/self/cgroup", groups)
    write(root, path, text)
    assert processor.counters(root).quota == pytest.approx(2.5)


def test_the_quota_of_a_group_above_stops_its_members_as_well(root):
    """As of a user's slice, or of a pod: the process's own group has none, or one of its own."""
    write(root, "proc/self/cgroup", "0::/pod/container\n")
    write(root, "sys/fs/cgroup/pod/cpu.stat", "throttled_usec 2000000\n")
    write(root, "sys/fs/cgroup/pod/container/cpu.stat", "throttled_usec 500000\n")
    assert processor.counters(root).quota == pytest.approx(2.5)


def test_throttling_counts_a_package_once(root):
    """Every core of it shows the same number."""
    for core, count in ((0, 2), (1, 3)):
        folder = f"sys/devices/system/cpu/cpu{core}/thermal_throttle"
        write(root, f"{folder}/core_throttle_count", f"{count}\n")
        write(root, f"{folder}/package_throttle_count", "7\n")
    assert processor.counters(root).throttles == 2 + 3 + 7


def test_the_clock_is_a_mean_over_cores(root):
    """The kernel writes kHz."""
    for core, clock in ((0, 2_000_000), (1, 3_000_000), (2, 9_000_000)):
        write(root, f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq", f"{clock}\n")
    assert processor.megahertz(root) == 2500


def test_the_processors_own_sensor_comes_before_the_boards(root):
    """Thousandths of a degree; a drive's sensor does not count."""
    write(root, "sys/class/thermal/thermal_zone0/temp", "30000\n")
    assert processor.celsius(root) == 30
    write(root, "sys/class/hwmon/hwmon0/name", "nvme\n")
    write(root, "sys/class/hwmon/hwmon0/temp1_input", "80000\n")
    write(root, "sys/class/hwmon/hwmon1/name", "coretemp\n")
    write(root, "sys/class/hwmon/hwmon1/temp1_input", "51000\n")
    write(root, "sys/class/hwmon/hwmon1/temp2_input", "55000\n")
    assert processor.celsius(root) == 55
