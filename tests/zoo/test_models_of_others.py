"""Networks of timm and torchvision: counted and looked over, held against published figures, and trained."""

import csv
from pathlib import Path

import pytest

from architectures.torchvision_networks import torchvision_names
from bench.execution.execute import execute
from bench.measurements.counting.inspection import look
from bench.plan import Trial
from bench.spec import Dataset, Execution, Recipe
from bench.store import TrialStore

with (Path(__file__).parent / "timm_published.csv").open(encoding="utf-8", newline="") as file:
    PUBLISHED = list(csv.DictReader(file))
"""From timm's table of inference benchmarks for torch 2.4: params in millions; GMACs as fvcore counts."""

QUICK = (
    "resnet10t",
    "seresnet18",
    "dla34",
    "selecsls42",
    "ese_vovnet19b_slim",
    "resmlp_12_224",
    "levit_128s",
)
"""Of those, the ones that are counted in every run of the tests; tox -e zoo has all."""

TORCHVISION = (
    "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "efficientnet_v2_s", "googlenet",
    "inception_v3", "maxvit_t", "mnasnet0_5", "mobilenet_v2", "mobilenet_v3_small", "regnet_x_400mf",
    "regnet_y_400mf", "resnet18", "resnext50_32x4d", "shufflenet_v2_x0_5", "squeezenet1_1", "swin_t",
    "vgg11_bn", "vit_b_32", "wide_resnet50_2",
)  # fmt: skip
QUICK_TORCHVISION = ("alexnet", "mobilenet_v3_small", "shufflenet_v2_x0_5", "vit_b_32")


def some(rows, quick, name=lambda row: row):
    """Parameters, of which all but the quick ones are marked slow."""
    return [
        pytest.param(row, id=name(row), marks=() if name(row) in quick else pytest.mark.slow) for row in rows
    ]


def test_there_are_as_many_as_promised():
    """Forty of timm and twenty of torchvision, each once; a parametrised test over nothing would pass."""
    models = {row["model"] for row in PUBLISHED}
    assert len(models) == len(PUBLISHED) >= 40
    assert len(set(TORCHVISION)) == len(TORCHVISION) >= 20
    assert set(QUICK) < models
    assert set(QUICK_TORCHVISION) < set(TORCHVISION) < set(torchvision_names())


@pytest.mark.parametrize("row", some(PUBLISHED, QUICK, lambda row: row["model"]))
def test_params_and_macs_are_those_that_timm_publishes(row):
    """Params to the last published digit. Its MACs hold norms and pools, too: ours are up to a tenth less."""
    pytest.importorskip("timm")
    size = int(row["image_size"])
    found = look(f"timm:{row['model']}", (3, size, size), classes=1000, depth=None, args={})
    assert found.counts.params / 1e6 == pytest.approx(float(row["param_count"]), abs=0.00501)
    published = float(row["gmacs"])
    assert 0.9 * published - 0.01 <= found.counts.macs / 1e9 <= published + 0.005
    assert not found.counts.unsupported
    assert found.counts.output_shape == (1000,)


@pytest.mark.parametrize("name", some(TORCHVISION, QUICK_TORCHVISION))
@pytest.mark.filterwarnings("ignore:The default weight initialization:FutureWarning")
def test_params_are_those_that_torchvision_publishes(name):
    """Exactly, except where it counts an auxiliary classifier, which is left out here."""
    import torchvision

    meta = torchvision.models.get_model_weights(name).DEFAULT.meta
    size = 299 if name == "inception_v3" else 224
    found = look(f"torchvision:{name}", (3, size, size), classes=1000, depth=None, args={})
    if name == "inception_v3":
        assert found.counts.params < meta["num_params"]
    else:
        assert found.counts.params == meta["num_params"]
    assert not found.counts.unsupported
    assert found.counts.output_shape == (1000,)


@pytest.mark.parametrize(
    "name", ["timm:lcnet_050", "timm:mobilenetv3_small_050", "torchvision:shufflenet_v2_x0_5"]
)
def test_an_epoch_of_training_ends_in_a_record(name, tmp_path):
    """On real digits, enlarged and in three channels."""
    pytest.importorskip(name.partition(":")[0])
    trial = Trial(
        label="A", architecture=name,
        dataset=Dataset(name="digits", image_size=32, channels=3, limit=64),
        recipe=Recipe(epochs=1, batch_size=16, seeds=(0,)),
        execution=Execution(device="cpu", precision="float32", threads=1),
    )  # fmt: skip
    record = execute(trial, TrialStore(tmp_path), data_root=None, report=lambda _: None)
    assert record.status == "done"
    assert record.training.epochs == 1
    assert 0 <= record.training.last.test_accuracy <= 1
    assert record.static.params > 100_000
