"""The suite: frozen, strict models of everything a user may write, each key documented right below itself."""

from bench.spec.augment import (
    Augment,
    ColorJitter,
    Crop,
    Cutout,
    Flip,
    RandomResizedCrop,
    ResizeCrop,
    Rotation,
)
from bench.spec.claim import Claim, Protocol
from bench.spec.dataset import Dataset
from bench.spec.execution import Execution
from bench.spec.flat import flattened
from bench.spec.freeze import Freeze
from bench.spec.init_from import InitFrom
from bench.spec.lookahead import Lookahead
from bench.spec.measure import Convergence, LargestBatch, LossLandscape, Measure, Throughput
from bench.spec.model import Model
from bench.spec.optimizer import SGD, Adam, Muon, Optimizer
from bench.spec.recipe import Recipe
from bench.spec.resources import RayCluster, Resources
from bench.spec.schedule import Constant, Cosine, OneCycle, Plateau, Schedule, Step
from bench.spec.suite import Architecture, Suite, merge, tuples

__all__ = [
    "SGD",
    "Adam",
    "Architecture",
    "Augment",
    "Claim",
    "ColorJitter",
    "Constant",
    "Convergence",
    "Cosine",
    "Crop",
    "Cutout",
    "Dataset",
    "Execution",
    "Flip",
    "Freeze",
    "InitFrom",
    "LargestBatch",
    "Lookahead",
    "LossLandscape",
    "Measure",
    "Model",
    "Muon",
    "OneCycle",
    "Optimizer",
    "Plateau",
    "Protocol",
    "RandomResizedCrop",
    "RayCluster",
    "Recipe",
    "ResizeCrop",
    "Resources",
    "Rotation",
    "Schedule",
    "Step",
    "Suite",
    "Throughput",
    "flattened",
    "merge",
    "tuples",
]
