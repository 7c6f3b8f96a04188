"""Answers questions about memory, each in a process of its own; `bench.measurements.memory.inquiry` runs it.

On Linux the server imports the libraries once and forks for each question: within milliseconds the child has
an address space of its own in which nothing was computed before. No thread runs in the server, and it never
touches a device, so that forking is safe. Elsewhere it answers one question and ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any, TextIO

from bench.measurements.memory.occupancy import answer
from bench.orphans import end_with_parent

FORKS = sys.platform.startswith("linux")

TIME_LIMIT = 900
"""Seconds for one question, building and compiling included."""


def main() -> None:
    """Answer one JSON object a line with one JSON object a line, until the questions end."""
    # Libraries may print; answers go through a descriptor that nothing else writes to.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        end_with_parent()
        for line in sys.stdin:
            if FORKS:
                _in_a_child(json.loads(line), answers)
            else:
                _write(answers, answer(json.loads(line)))
                return


def _in_a_child(question: dict[str, Any], answers: TextIO) -> None:
    """Fork, let the child answer, and answer in its place when it cannot."""
    child = os.fork()
    if child == 0:
        end_with_parent()
        signal.alarm(TIME_LIMIT)
        try:
            _write(answers, answer(question))
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        _write(answers, {"killed": signal.Signals(os.WTERMSIG(status)).name})
    elif os.WEXITSTATUS(status):
        _write(answers, {"failed": "the process that measures ended early; see log.txt"})


def _write(answers: TextIO, content: dict[str, Any]) -> None:
    answers.write(json.dumps(content) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
