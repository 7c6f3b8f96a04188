"""The documentation as a reader follows it: fenced blocks, what a mark says of each, what they must print.

The line above a block of commands or Python says what a test does with it, in a comment that no page shows:

    <!-- runs -->                      it is run, and prints what stands below each command
    <!-- runs, varies: REGEX -->       likewise, and what matches may be something else each time
    <!-- file: NAME -->                it is written into that file
    <!-- insert: NAME, below: LINE --> it is written into that file, below that line
    <!-- not run: REASON -->           it is not, and why

Below a command, a line `...` stands for any lines. Whole numbers are compared as they are, so counts must be
right. What is measured may differ from machine to machine and is compared as a pattern: numbers with a unit
of time, with "%", "points", "img/s" or of bytes, or beside "±"; losses; identity and date of a run. Widths of
columns do not count.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
RUNNABLE = ("console", "python", "bash", "sh", "shell")
MARK = re.compile(
    r"<!-- (?P<what>runs|file|insert|not run)(?:, varies: (?P<varies>.+)|: (?P<detail>.+))? -->"
)
FENCE = re.compile(r"^```(?P<kind>\w+)")
NUMBER = r"[+\u2212-]?\d+(?:[ ,.]\d+)*"
UNIT = r"(?:%|pt\b|points\b|img/s|images/s|[kMGT]?B\b)"
MEASURED = re.compile(
    rf"{NUMBER} to {NUMBER}( {UNIT})?|{NUMBER} ± {NUMBER}( {UNIT})?"
    rf"|(?:{NUMBER} (?:h|min|s|ms)\b ?)+\??|{NUMBER} ?{UNIT}( \?)?|loss [\d.]+"
    r"|\b[0-9a-f]{12}\b|\b[0-9a-f]{64}\b|\d{4}-\d\d-\d\dT[\d:]+(?:Z|\+00:00)"
)
LAYOUT = re.compile(r"[\s─━│┃┏┓┗┛┡┩┳┻╇┴└┘├┤┼╭╮╰╯]+")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    kind: str
    text: str
    what: str = ""
    """runs, file, insert, not run; empty without a mark."""
    detail: str = ""
    """The file's name, with the line for an insertion; or the reason."""
    varies: str = ""

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"

    def commands(self) -> Iterator[tuple[str, list[str]]]:
        """Each command, continued lines joined, with the lines it is to print."""
        command, printed = "", list[str]()
        for line in self.text.replace("\\\n  ", "").splitlines():
            if line.startswith("$ "):
                if command:
                    yield command, printed
                command, printed = line.removeprefix("$ "), []
            else:
                printed.append(line)
        if command:
            yield command, printed


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page, in order."""
    found, lines = [], page.read_text(encoding="utf-8").splitlines()
    position = 0
    while position < len(lines):
        fence = FENCE.match(lines[position].strip())
        if fence:
            end = next(at for at in range(position + 1, len(lines)) if lines[at].strip() == "```")
            mark = MARK.fullmatch(lines[position - 1].strip()) if position else None
            said = {key: value or "" for key, value in mark.groupdict().items()} if mark else {}
            text = "".join(f"{line}\n" for line in lines[position + 1 : end])
            found.append(Block(page, position + 1, fence["kind"], text, **said))
            position = end
        position += 1
    return found


@dataclass
class Reader:
    """Somebody who types what a page says, in a folder of his own."""

    folder: Path
    code: int = 0
    """The exit code of the last command."""
    typed: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    """Files, relative to the folder."""
    apart: bool = False
    """Whether each command has a process of its own, which finds the program in the folder itself."""

    def follow(self, page: Path) -> None:
        """From the first block to the last.

        Raises:
            AssertionError: A command prints something else than the page says, or fails where the page does
                not go on to show its exit code.
        """
        for block in blocks(page):
            self.follow_block(block)

    def follow_block(self, block: Block) -> None:
        """Write the file, or type the commands."""
        if block.what in ("file", "insert"):
            name, _, line = block.detail.partition(", below: ")
            file = self.folder / name
            before, after = file.read_text(encoding="utf-8").split(f"{line}\n") if line else ("", "")
            file.write_text(f"{before}{line}\n{block.text}{after}" if line else block.text, encoding="utf-8")
            self.written.append(name)
        elif block.what == "runs":
            steps = list(block.commands())
            for (command, printed), (after, _) in zip(steps, [*steps[1:], ("", [])], strict=True):
                told = self.type(command)
                missing = differences(printed, told, block.varies)
                assert not missing, f"{block}: $ {command}\ndoes not print {missing!r}, but\n{told}"
                shown = "echo $?" in (command, after)
                assert self.code == 0 or shown, (
                    f"{block}: $ {command}\nends with exit code {self.code}\n{told}"
                )

    def type(self, command: str) -> str:
        """What one command prints. `bench` is called in this process, which has torch already."""
        self.typed.append(command)
        if command == "echo $?":
            return f"{self.code}\n"
        if self.apart or not command.startswith("bench "):
            python = shlex.quote(sys.executable)
            script = re.sub("^bench ", f"{python} -m bench.cli ", re.sub("^python ", f"{python} ", command))
            ended = subprocess.run(
                script, shell=True, cwd=self.folder, capture_output=True, text=True, timeout=300, check=False
            )
            self.code = ended.returncode
            return ended.stdout + ended.stderr
        told = io.StringIO()
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told), inside(self.folder):
            self.code = called(expanded(shlex.split(command)[1:]))
        return told.getvalue()


def as_typed(patch: pytest.MonkeyPatch, folder: Path, columns: int = 100) -> None:
    """Print as into a file of this width, whatever the tests themselves were started with."""
    patch.setenv("BENCH_CACHE", str(folder / "cache"))
    patch.setenv("COLUMNS", str(columns))
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        patch.delenv(name, raising=False)


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in this folder, and find modules in it and no longer than that."""
    before, path, modules = Path.cwd(), list(sys.path), set(sys.modules)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = path
        for name in [name for name in sys.modules if name not in modules and of(sys.modules[name], folder)]:
            del sys.modules[name]


def of(module: object, folder: Path) -> bool:
    """Whether a module was read from this folder."""
    return str(getattr(module, "__file__", None) or "").startswith(str(folder))


def expanded(arguments: list[str]) -> list[str]:
    """With the files that a `*` stands for, as a shell names them."""
    return [
        one for word in arguments for one in (sorted(map(str, Path().glob(word))) if "*" in word else [word])
    ]


def called(arguments: list[str]) -> int:
    """The exit code of `bench` with these arguments."""
    from bench.cli import main

    before, sys.argv = sys.argv, ["bench", *arguments]
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.argv = before
    return 0


def differences(page: list[str], told: str, varies: str = "") -> str:
    """The first line of the page that was not told, in order; empty if all were."""
    wanted = [line for line in (_comparable(one, varies) for one in page) if line]
    there = [line for line in (_comparable(one, varies) for one in told.splitlines()) if line]
    position, anywhere = 0, False
    for line in wanted:
        if line == "...":
            anywhere = True
            continue
        rest = there[position:] if anywhere else there[position : position + 1]
        if line not in rest:
            return line
        position, anywhere = position + rest.index(line) + 1, False
    return "" if anywhere or position == len(there) or not wanted else f"the end before {there[position]!r}"


def _comparable(line: str, varies: str) -> str:
    """A line without what may differ."""
    text = re.sub("[\u00a0\u2009\u202f]", " ", line)  # spaces that do not break, and thin ones
    text = MEASURED.sub("#", text)
    text = re.sub(varies, "#", text) if varies else text
    return LAYOUT.sub(" ", text).strip()
