"""This suite's training against the loops that people use instead: same network, data and machine."""
