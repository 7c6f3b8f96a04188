"""Progress at a terminal."""

from __future__ import annotations

import io

from factories import architectures, document, make_info, make_record
from rich.console import Console

from bench.commands.progress import bars

PLAN = make_info(
    document(architectures=architectures(20), claims=[], recipe={"epochs": 2, "seeds": [0]})
).plan


def shown(display, console):
    """What the terminal shows now."""
    console.file = io.StringIO()
    console.print(display._progress.get_renderable())
    return console.file.getvalue()


def test_every_trial_that_goes_on_has_a_bar_of_its_own():
    """As far as a terminal has lines; the next gets one when one ends."""
    console = Console(file=io.StringIO(), force_terminal=True, width=160)
    display = bars.Bars(console, PLAN)
    for trial in PLAN:
        display.start(trial)
    step = {"epoch": 1, "seen": 64, "images": 128, "loss": 1.5, "accuracy": 0.25}
    display.event({"kind": "step", **step, "trial": PLAN[3].folder})
    before = shown(display, console)
    assert before.count(" seed 0") == bars.MOST_BARS
    (line,) = [text for text in before.splitlines() if "loss 1.500" in text]
    assert line.startswith("Network 3 seed 0")
    assert "Network 16 seed 0" not in before
    display.finish(PLAN[3], make_record(PLAN[3], 0)[0])
    after = shown(display, console)
    assert "Network 16 seed 0" in after
    assert "Network 3 seed 0" not in after
