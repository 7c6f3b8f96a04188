"""The zoo: one file per family, read top to bottom; importing a family registers its networks."""

from architectures import airbench as airbench
from architectures import cifar_resnet as cifar_resnet
from architectures import plain_cnn as plain_cnn
from architectures import resnet as resnet
from architectures import shared_resnet as shared_resnet
from architectures import vgg as vgg
from architectures.registry import ArchitectureError, build, find, names, register

__all__ = ["ArchitectureError", "build", "find", "names", "register"]
