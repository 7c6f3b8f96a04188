"""What a worker must know to train together with others."""

from __future__ import annotations

from bench.spec import Model


class Seat(Model):
    """A worker's place in one training."""

    rank: int
    size: int
    local_rank: int
    local_size: int
    node: int
    nodes: int
    restarts: int
    session: str
    """Of the leading process, so that nobody meets whom an earlier one had invited."""
    attempt: int
    """Which training of the session."""

    @property
    def meeting(self) -> str:
        """The name under which those of this training find each other."""
        return f"archbench/{self.session}/{self.attempt}"
