"""Results of other tools beside a run, behind the rules of `bench compare`.

`read` recognises timm's benchmark tables, asv's results and pytest-benchmark's files, and says under which
conditions each figure was measured, as far as the file tells; `side_by_side` pairs what has the same name and
ranks only what was measured under the same conditions. A new format is one reader and one line in `reading`.
"""

from bench.analysis.imported.measured import Measured, Source
from bench.analysis.imported.own_run import of_run
from bench.analysis.imported.pairs import Line, SideBySide, side_by_side
from bench.analysis.imported.reading import read

__all__ = ["Line", "Measured", "SideBySide", "Source", "of_run", "read", "side_by_side"]
