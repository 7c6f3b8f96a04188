"""Trained networks for other programs: `bench.export`."""
