"""What a run shows while it goes on: bars, lines, or a page that renews itself."""
