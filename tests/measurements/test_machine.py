"""`bench doctor` without a run: what this machine has and can do, and what keeps suites from running."""

import pytest
import torch
from factories import PEAKS

from bench.commands.doctor import doctor
from bench.measurements import machine


@pytest.fixture(autouse=True)
def quick(tmp_path, monkeypatch):
    """Neither peaks are measured nor anything compiled; the cache is in a folder of its own."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setattr(machine, "device_peaks", lambda *_: PEAKS)
    monkeypatch.setattr(torch, "compile", lambda function: function)


def told():
    return {finding.subject: (finding.state, finding.text) for finding in machine.examine_machine()}


def test_everything_that_decides_about_speed_is_told(capsys):
    """And exit 0 where a suite can run."""
    found = told()
    assert {"versions", "device", "bfloat16", "compile", "arithmetic", "memory", "expect", "cache"} <= set(
        found
    )
    assert found["arithmetic"][1].startswith(f"{PEAKS.matrix.flops_per_second / 1e9:,.0f} GFLOP/s")
    assert found["memory"][1].startswith(f"{PEAKS.bandwidth.bytes_per_second / 1e9:,.1f} GB/s")
    assert found["compile"] == ("ok", "works")
    assert doctor(None) == 0
    assert "ok      versions: archbench " in capsys.readouterr().out


def test_the_expectation_follows_from_counts_and_peaks():
    """MACs of ResNet-18 at 32 x 32, its convolutions and its head by hand."""
    stem = 64 * 3 * 49 * 16**2
    blocks = 4 * 64 * 64 * 9 * 8**2
    for width, side in ((128, 4), (256, 2), (512, 1)):
        half = width // 2
        blocks += (half * width * 9 + 3 * width * width * 9 + half * width) * side**2
    macs = stem + blocks + 512 * 10
    seconds = 50_000 * 2 * macs * 3 / PEAKS.matrix.flops_per_second
    assert f"takes {seconds:,.0f} s or more" in told()["expect"][1]


def test_data_that_come_with_the_program_are_there_and_others_are_not():
    """A missing data set is nothing broken: it is named by whoever asks for it."""
    found = told()
    assert found["data digits"][0] == "ok"
    assert found["data cifar10"] == ("note", "not here, would be downloaded")


def test_a_compiler_that_fails_is_no_obstacle(monkeypatch):
    """A note with its first words; training does without."""

    def fail(_):
        raise RuntimeError("\nno C++ compiler\nand much more")

    monkeypatch.setattr(torch, "compile", fail)
    state, text = told()["compile"]
    assert state == "note"
    assert text.endswith(": no C++ compiler")


def test_a_cache_that_cannot_be_written_is_broken(tmp_path, monkeypatch, capsys):
    """Exit 3, and the way out."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "file"))
    assert doctor(None) == 3
    assert "name another folder with BENCH_CACHE" in capsys.readouterr().out


def test_a_device_that_does_not_compute_is_broken(monkeypatch):
    """As where the driver does not fit."""

    def fail(*_):
        raise RuntimeError("CUDA error: no kernel image\nand more")

    monkeypatch.setattr(machine, "device_peaks", fail)
    assert told()["arithmetic"] == ("broken", "does not work: CUDA error: no kernel image")
