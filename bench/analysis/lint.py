"""What the lint found in each architecture, as the records keep it."""

from __future__ import annotations

import pandas as pd

from bench.analysis.summary import static_facts
from bench.analysis.trials import Outcome

COLUMNS = ("label", "rule", "layers", "message")


def finding_table(outcomes: tuple[Outcome, ...]) -> pd.DataFrame:
    """One row an architecture and finding, since the seed does not move it; layers are joined by commas."""
    labels = dict.fromkeys(outcome.trial.label for outcome in outcomes)
    table = [
        (label, finding.rule, ", ".join(finding.layers), finding.message)
        for label in labels
        if (static := static_facts(label, outcomes))
        for finding in static.findings or ()
    ]
    return pd.DataFrame(table, columns=list(COLUMNS))
