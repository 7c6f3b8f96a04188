"""The zoo: one file per family, read top to bottom; importing a family registers its networks."""

from architectures import plain_cnn, shared_resnet
from architectures.registry import ArchitectureError, build, find, names, register

__all__ = ["ArchitectureError", "build", "find", "names", "plain_cnn", "register", "shared_resnet"]
