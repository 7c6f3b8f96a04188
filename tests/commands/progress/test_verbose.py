"""`bench run --verbose`: the log, while it is written."""

import io
import logging

import pytest
from rich.console import Console

from bench.commands.progress.verbose import shown_on


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=200)


def test_what_is_logged_is_shown_with_its_facts(console):
    """Who says it, and what belongs to it; whatever looks like markup stays text."""
    with shown_on(console):
        facts = {"label": "[red]CNN", "seed": 0, "reason": None}
        logging.getLogger("bench").warning("trial ended", extra={"facts": facts})
        logging.getLogger("library").info("built 3 kernels")
    shown = console.file.getvalue()
    assert "bench: trial ended (label = [red]CNN, seed = 0)" in shown
    assert "library: built 3 kernels" in shown


def test_what_the_bars_show_is_not_repeated(console):
    """A line an epoch would push everything else off the screen."""
    with shown_on(console):
        logging.getLogger("bench").warning("epoch", extra={"facts": {"epoch": 3}})
    assert console.file.getvalue() == ""


def test_afterwards_logging_is_as_before(console):
    """Handlers and levels."""
    before = list(logging.getLogger().handlers), logging.getLogger().level
    with shown_on(console):
        pass
    assert (list(logging.getLogger().handlers), logging.getLogger().level) == before
