"""`bench run` in every process of torchrun but the first: silent, and ended by whatever ends the first."""

from __future__ import annotations

from pathlib import Path

from bench import errors
from bench.commands.interruption import TerminatedError, terminable
from bench.world import World


def help_out(place: World, data_root: Path | None) -> int:
    """Train together with the first process until it has no more to do; returns the exit code."""
    from bench.execution.team.follower import follow  # noqa: PLC0415 - only needed here

    try:
        with terminable(once=True):
            return follow(place, data_root)
    except TerminatedError:
        return errors.TERMINATED
    except KeyboardInterrupt:
        return errors.INTERRUPTED
