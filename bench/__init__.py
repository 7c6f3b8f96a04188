"""Train, measure and compare network architectures under the same conditions."""

__version__ = "0.1.0"
