"""`bench verify REPORT.html`: make a report again from the records inside it, and name what differs."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.errors import CHECK_FAILED, DONE, StoreError
from reports.made_by import this_program
from reports.verification import Difference, Verdict
from reports.verification import verify as verify_page

LARGEST = 2**28
"""Bytes of a page; larger files are none."""

SHOWN = 20
"""Differences that are listed; more are counted."""

LONGEST = 70
"""Signs of a text that are shown."""


def verify(report: Path) -> int:
    """Print whether a report follows from its own records.

    Args:
        report: A report.html.

    Returns:
        0 if every number follows from the records inside, else 1.

    Raises:
        StoreError: The file cannot be read, is no report, or carries no records.
    """
    try:
        verdict = verify_page(_read(report))
    except StoreError as error:
        raise StoreError(f"{report}: {error}") from error
    for line in _lines(verdict):
        _say(f"{report}: {line}" if not line.startswith(" ") else line)
    return CHECK_FAILED if verdict.differences else DONE


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise StoreError("too large for a report")
        return path.read_bytes().decode()
    except OSError as error:
        raise StoreError(f"cannot be read: {error.strerror}; name a report.html") from error
    except UnicodeDecodeError as error:
        raise StoreError("not a report of this program (not UTF-8)") from error


def _lines(verdict: Verdict) -> list[str]:
    lines = [f"{text} (the page calls the trial damaged)" for text in verdict.damaged]
    if not verdict.same_program:
        lines.append(f"made by {verdict.made_by}; this is {this_program()}")
        lines.append(
            f"so cells, sentences and figures were compared by their digits: {verdict.same} are the same, "
            f"{verdict.apart} have no counterpart here; scripts and style were not compared"
        )
    if not verdict.differences:
        facts = f"{verdict.files} files, SHA-256 {verdict.digest}"
        return [*lines, f"every number compared follows from the records inside ({facts})"]
    count = len(verdict.differences)
    lines.append(f"{count} {'difference' if count == 1 else 'differences'} from the records inside")
    lines += [_line(one) for one in verdict.differences[:SHOWN]]
    return [*lines, f"  and {count - SHOWN} more"] if count > SHOWN else lines


def _line(one: Difference) -> str:
    shown, expected = _around(one.shown, one.expected)
    return (
        f"  {_plain(one.place)}, {_plain(one.kind)}: {shown or 'nothing'}; expected: {expected or 'nothing'}"
    )


def _around(shown: str, expected: str) -> tuple[str, str]:
    """Both texts, of long ones what stands around the first sign that differs."""
    pairs = enumerate(zip(shown, expected, strict=False))
    first = next((place for place, (a, b) in pairs if a != b), min(len(shown), len(expected)))
    start = max(0, first - LONGEST // 2) if max(len(shown), len(expected)) > LONGEST else 0
    return tuple(_plain(text[start : start + LONGEST]) for text in (shown, expected))  # type: ignore[return-value]


def _plain(text: str) -> str:
    """Text that does nothing to a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _say(line: str) -> None:
    """Print what does nothing to a terminal, with question marks for what it cannot show."""
    encoding = sys.stdout.encoding or "utf-8"
    print(_plain(line).encode(encoding, "replace").decode(encoding))
