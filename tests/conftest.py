"""Examples that are made up: the same in every test run, however slow the machine."""

from fuzzing import LONG
from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable", deadline=None, derandomize=not LONG, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")
