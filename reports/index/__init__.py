"""One page over many runs: which there are, and how each metric moved."""

from reports.index.page import render_index, write_index

__all__ = ["render_index", "write_index"]
