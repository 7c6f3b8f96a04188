"""Wait for a page without evaluating text inside it, which the page's own policy forbids."""

from __future__ import annotations

import time

PATIENCE = 180
"""Seconds; a loaded machine may take long to unpack and draw."""


def until(page, condition):
    """Return once a JavaScript expression holds; asked from outside, ten times a second."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"never became true: {condition}"
        page.wait_for_timeout(100)
