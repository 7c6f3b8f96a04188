"""Wait for a page without evaluating text inside it, which the page's own policy forbids."""

from __future__ import annotations

import time

PATIENCE = 180
"""Seconds; a loaded machine may take long to unpack and draw."""


def until(page, condition, state="null"):
    """Return once a JavaScript expression holds; asked from outside, ten times a second.

    Another expression, `state`, tells what was there instead when it never does.
    """
    end = time.monotonic() + PATIENCE
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"never became true: {condition}; {page.evaluate(state)}"
        page.wait_for_timeout(100)
