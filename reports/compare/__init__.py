"""A comparison of two runs as a page, Markdown, JSON, and tables for a terminal."""

from reports.compare.evidence import finding_line
from reports.compare.export import comparison_json, comparison_markdown
from reports.compare.page import render_comparison
from reports.compare.terminal import Screen, screen

__all__ = [
    "Screen",
    "comparison_json",
    "comparison_markdown",
    "finding_line",
    "render_comparison",
    "screen",
]
