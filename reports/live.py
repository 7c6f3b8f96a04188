"""The page as it is served while a run goes on: the saved file, and a script that reloads it."""

from __future__ import annotations

from reports import assets

WAITING = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Waiting for the report</title>
<meta http-equiv="refresh" content="2"></head><body><main><h1>Waiting for the report</h1>
<p>It is written when the first trial begins.</p></main></body></html>
"""
"""What is shown before there is a report."""


def as_served(page: bytes, version: str) -> bytes:
    """Add the script that asks for news, and let the page's policy run it and ask where the page came from.

    Args:
        page: A report as it lies on disk, which allows itself neither.
        version: Which writing of the report this is; letters and digits.
    """
    script = assets.read("live.js")
    allowed = f"connect-src 'self'; script-src {assets.policy_hash(script.encode())} "
    element = f'<script data-version="{version}">{script}</script></body>'
    # The policy stands before anything a user wrote, and the end of the body behind all of it.
    head, end, tail = page.rpartition(b"</body>")
    return head.replace(b"script-src ", allowed.encode(), 1) + element.encode() + tail if end else page
