"""Tables for a paper: booktabs, one file each, and a document that shows them all."""

from reports.latex.write import write_latex

__all__ = ["write_latex"]
