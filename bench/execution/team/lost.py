"""Which failures say only that somebody else has failed."""

from __future__ import annotations

SIGNS = (
    "Connection closed by peer", "Connection reset by peer", "Connection refused", "Broken pipe",
    "Timed out waiting", "Read timeout", "NCCL", "ncclRemoteError", "Socket", "rendezvous",
)  # fmt: skip
"""Of the messages of gloo, NCCL and the store at which processes meet."""


def lost_peer(error: BaseException) -> bool:
    """Whether a collective operation failed, and so most likely because of another process."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return "DistError" in names or (
        isinstance(error, RuntimeError) and any(sign in str(error) for sign in SIGNS)
    )
