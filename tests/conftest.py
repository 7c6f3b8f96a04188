"""For all tests: examples that are the same in every run, and no GPU but where one is asked for."""

import os
import sys

import pytest
from fuzzing import LONG
from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable", deadline=None, derandomize=not LONG, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")

VISIBLE = "CUDA_VISIBLE_DEVICES"


@pytest.fixture(autouse=True, scope="session")
def hidden_gpus():
    """Tests expect the digits, names and speeds of a CPU; on a machine with a GPU, "auto" would mean that.

    Hidden from processes that tests start, and from this one, which may have looked before. Undone for a test
    that is marked `cuda`.
    """
    with pytest.MonkeyPatch.context() as patch:
        found = {VISIBLE: os.environ.get(VISIBLE)}
        patch.setenv(VISIBLE, "")
        if (torch := sys.modules.get("torch")) is not None:
            found["is_available"] = torch.cuda.is_available
            patch.setattr(torch.cuda, "is_available", lambda: False)
        yield found


@pytest.fixture(autouse=True)
def shown_gpus(request, hidden_gpus, monkeypatch):
    """The GPUs of the machine, for tests that are marked `cuda`."""
    if request.node.get_closest_marker("cuda") is None:
        return
    if hidden_gpus[VISIBLE] is None:
        monkeypatch.delenv(VISIBLE)
    else:
        monkeypatch.setenv(VISIBLE, hidden_gpus[VISIBLE])
    if "is_available" in hidden_gpus:
        monkeypatch.setattr(sys.modules["torch"].cuda, "is_available", hidden_gpus["is_available"])
