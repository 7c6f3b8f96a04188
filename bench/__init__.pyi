# What `import bench` offers, for type checkers and editors; `__init__.py` imports it when it is used.

from bench.api.comparison import Comparison as Comparison
from bench.api.counting import check as check
from bench.api.counting import inspect as inspect
from bench.api.counting import lock as lock
from bench.api.run import Run as Run
from bench.api.run import open_run as open_run
from bench.api.running import run as run
from bench.deployment.export import export as export
from bench.spec import SGD as SGD
from bench.spec import Adam as Adam
from bench.spec import Architecture as Architecture
from bench.spec import Augment as Augment
from bench.spec import Claim as Claim
from bench.spec import ColorJitter as ColorJitter
from bench.spec import Constant as Constant
from bench.spec import Convergence as Convergence
from bench.spec import Cosine as Cosine
from bench.spec import Crop as Crop
from bench.spec import Cutout as Cutout
from bench.spec import Dataset as Dataset
from bench.spec import Execution as Execution
from bench.spec import Flip as Flip
from bench.spec import Freeze as Freeze
from bench.spec import InitFrom as InitFrom
from bench.spec import LargestBatch as LargestBatch
from bench.spec import Lookahead as Lookahead
from bench.spec import LossLandscape as LossLandscape
from bench.spec import Measure as Measure
from bench.spec import Muon as Muon
from bench.spec import OneCycle as OneCycle
from bench.spec import Optimizer as Optimizer
from bench.spec import Plateau as Plateau
from bench.spec import Protocol as Protocol
from bench.spec import RandomResizedCrop as RandomResizedCrop
from bench.spec import RayCluster as RayCluster
from bench.spec import Recipe as Recipe
from bench.spec import ResizeCrop as ResizeCrop
from bench.spec import Resources as Resources
from bench.spec import Rotation as Rotation
from bench.spec import Schedule as Schedule
from bench.spec import Step as Step
from bench.spec import Suite as Suite
from bench.spec import Throughput as Throughput

__version__: str
