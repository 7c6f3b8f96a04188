"""Many runs of the same suites: what was found in a folder, and how each metric moved from run to run."""

from bench.analysis.history.collection import Broken, Collection, Found, collect
from bench.analysis.history.contest import Contest, contest
from bench.analysis.history.points import Point, points
from bench.analysis.history.strands import Strand, strands

__all__ = [
    "Broken",
    "Collection",
    "Contest",
    "Found",
    "Point",
    "Strand",
    "collect",
    "contest",
    "points",
    "strands",
]
