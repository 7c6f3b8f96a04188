"""One module per kind of source; each finds its files below a root and opens them as `Contents`."""
