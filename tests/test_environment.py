"""What is recorded of the machine and its software."""

import pytest

from bench import environment

CLOSED = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n"
OPEN = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs-builder)\n"


@pytest.mark.parametrize(("text", "version"), [(CLOSED, "550.54.15"), (OPEN, "580.65.06")])
def test_the_driver_is_named(tmp_path, monkeypatch, text, version):
    """As its kernel module says, of either kind."""
    file = tmp_path / "version"
    file.write_text(text)
    monkeypatch.setattr(environment, "DRIVER_FILE", file)
    environment.describe.cache_clear()
    assert environment.describe()["nvidia_driver"] == version
    environment.describe.cache_clear()


@pytest.mark.parametrize("text", [None, "", "something else 1.2.3\n"])
def test_without_a_driver_none_is_named(tmp_path, monkeypatch, text):
    """No file, or one that says something else."""
    file = tmp_path / "version"
    if text is not None:
        file.write_text(text)
    monkeypatch.setattr(environment, "DRIVER_FILE", file)
    environment.describe.cache_clear()
    assert "nvidia_driver" not in environment.describe()
    environment.describe.cache_clear()
