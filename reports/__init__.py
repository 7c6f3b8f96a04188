"""Tables to one HTML file, to the terminal's summary, and to exports. Reads records; never imports torch."""

from reports.page import render
from reports.terminal import summary_table
from reports.write import report, write_report

__all__ = ["render", "report", "summary_table", "write_report"]
