"""Two runs against each other: what got better, what got worse, and what cannot be compared.

`compare` makes a `Comparison` from two runs: architectures are paired (`pairing`), what each run measured is
read (`readings`), obstacles are looked for metric by metric (`guard`), and each difference is judged by its
interval (`changes`). `thresholds` decides whether a comparison passes. A difference is always B minus A.
"""

from bench.analysis.comparison.compare import Comparison, Row, compare
from bench.analysis.comparison.gate import Finding, judge
from bench.analysis.comparison.side import Side, read_side
from bench.analysis.comparison.thresholds import Threshold, parse_thresholds

__all__ = [
    "Comparison",
    "Finding",
    "Row",
    "Side",
    "Threshold",
    "compare",
    "judge",
    "parse_thresholds",
    "read_side",
]
