"""What is raised when a network cannot be built."""

from __future__ import annotations

from bench.errors import SuiteError


class ArchitectureError(SuiteError, ValueError):
    """A network that cannot be built: unknown name, wrong arguments, or a shape it cannot take."""
