"""The page of the command line, made from the parser itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from bench.cli import app

INTRODUCTION = """# Every command

Made from the parser, as `bench COMMAND --help` shows it.

## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | a check, a comparison or a strict claim failed |
| 2 | the suite or the command is wrong |
| 3 | data or environment missing or broken |
| 4 | some trials failed |
| 130 | interrupted; the same command continues |
| 143 | ended by SIGTERM; the same command continues |
"""


def page() -> str:
    """The page as Markdown: a section a command."""
    group: Any = typer.main.get_command(app)
    return "\n".join([INTRODUCTION, *(_section(name, one) for name, one in group.commands.items())])


def _section(name: str, command: Any) -> str:
    rows = [f"| {spelling} | {default} | {text} |" for spelling, default, text in _parameters(command)]
    head = ["| argument or option | default | meaning |", "|---|---|---|"] if rows else []
    return "\n".join([f"## bench {name}", "", command.help or "", "", *head, *rows, ""])


def _parameters(command: Any) -> Iterator[tuple[str, str, str]]:
    for one in command.params:
        if one.name == "help":
            continue
        named = one.param_type_name == "option"
        spelling = ", ".join(f"`{flag}`" for flag in one.opts) if named else f"`{one.name.upper()}`"
        yield spelling, _default(one), " ".join((one.help or "").split()).replace("|", r"\|")


def _default(parameter: Any) -> str:
    if parameter.required:
        return "*must be given*"
    if parameter.default is None or parameter.default is False:
        return "off" if getattr(parameter, "is_flag", False) else "none"
    return f"`{getattr(parameter.default, 'value', parameter.default)}`"
