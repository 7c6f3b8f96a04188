"""Figures for a paper: one vector or bitmap file a figure and setting, light, with a legend."""

from reports.stills.write import write_png, write_svg

__all__ = ["write_png", "write_svg"]
