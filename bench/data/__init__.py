"""Datasets: a catalogue of sources, each decoded once into uint8 arrays that are mapped into memory."""

from bench.data.loading import Arrays, load
from bench.data.split import split

__all__ = ["Arrays", "load", "split"]
