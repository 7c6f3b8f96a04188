"""Tables on the terminal show text as it is."""

from io import StringIO

import pytest
from rich.console import Console

from bench.commands.grid import grid


@pytest.mark.parametrize("label", ["Narrow [/red]", "[bold]x[/bold]", "[link=http://x]y"])
def test_a_label_is_no_markup(label):
    """Whatever brackets it has."""
    assert label in shown(grid(("name",), [(label,)], title=label, caption=label))


def test_a_label_moves_no_cursor():
    """Signs that a terminal obeys are replaced."""
    assert "\x1b" not in shown(grid(("name",), [("\x1b[2J",)]))


def test_a_path_stays_whole_on_a_narrow_terminal():
    """It is there to be copied, over as many lines as it takes."""
    path = "runs/a-long-name-of-a-suite/0123456789ab"
    lines = [line.split("│") for line in shown(grid(("run", "title"), [(path, "x" * 30)]), 30).splitlines()]
    assert "".join(line[1].strip() for line in lines if len(line) > 2) == path


def shown(table, width=100):
    console = Console(file=StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(table)
    return console.file.getvalue()
