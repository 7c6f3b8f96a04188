"""The arithmetic of a device, as far as it can be set without one."""

import os

import pytest
import torch
from torch import nn

import architectures
from bench.measurements import device
from bench.measurements.device import Device
from bench.measurements.layers import convolution, relu
from bench.spec import Execution

MATMUL, CUDNN = torch.backends.cuda.matmul, torch.backends.cudnn


@pytest.fixture
def flags():
    """What float32 means on CUDA is put back."""
    before = MATMUL.allow_tf32, CUDNN.allow_tf32
    yield
    MATMUL.allow_tf32, CUDNN.allow_tf32 = before


@pytest.mark.parametrize(("to_tf32", "precision"), [(True, "high"), (False, "highest")])
def test_older_and_newer_flags_say_the_same(flags, to_tf32, precision):
    """Torch raises where they differ, and torch.compile reads the older ones."""
    device._round_products(to_tf32=to_tf32)
    assert torch.get_float32_matmul_precision() == precision
    assert MATMUL.allow_tf32 is CUDNN.allow_tf32 is to_tf32
    if hasattr(MATMUL, "fp32_precision"):
        newer = MATMUL.fp32_precision, CUDNN.conv.fp32_precision, CUDNN.rnn.fp32_precision
        assert [value == "tf32" for value in newer] == [to_tf32] * 3


def test_products_may_repeat_in_every_trial_of_a_worker(flags, monkeypatch):
    """CuBLAS is told at its start, whatever the first trial wants: it does not listen later."""
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")  # so that it is put back
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    monkeypatch.setattr(torch.cuda, "set_device", lambda _: None)
    monkeypatch.setattr(CUDNN, "benchmark", CUDNN.benchmark)
    threads = torch.get_num_threads()
    Device(torch.device("cuda", 0), "float32", torch.channels_last).prepare(
        deterministic=False, threads=threads
    )
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"


@pytest.mark.parametrize(
    ("suite", "has_units", "kinds"),
    [
        ({"precision": "bfloat16"}, True, (convolution.Conv2d, relu.ReLU)),
        ({"precision": "bfloat16"}, False, (nn.Conv2d, relu.ReLU)),
        ({"precision": "bfloat16", "convolutions": "torch"}, True, (nn.Conv2d, relu.ReLU)),
        ({"precision": "float32"}, True, (nn.Conv2d, nn.ReLU)),
    ],
    ids=["with units for matrices", "without", "convolutions as torch's", "in float32"],
)
def test_layers_that_a_cpu_computes_faster(monkeypatch, suite, has_units, kinds):
    monkeypatch.setattr(device, "multiplies_matrices", lambda _: has_units)
    held = Device.chosen(Execution(device="cpu", **suite)).hold(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()))
    assert tuple(type(layer) for layer in held) == kinds


@pytest.mark.parametrize("name", ["vgg11", "torchvision:squeezenet1_1"])
def test_networks_train_with_these_layers_as_with_those_of_torch(name):
    """Both have ReLU in place right behind convolutions."""
    images, labels = torch.randn(4, 3, 64, 64), torch.tensor([0, 1, 2, 3])
    losses, norms = [], []
    device = Device(torch.device("cpu"), "bfloat16", torch.channels_last, side_by_side=True)
    for hold in (device.hold, lambda model: model.to(memory_format=torch.channels_last)):
        torch.manual_seed(0)
        model = hold(architectures.build(name, num_classes=10, in_channels=3, image_size=64).eval())
        with device.autocast():
            logits = model(images.contiguous(memory_format=torch.channels_last))
        loss = nn.functional.cross_entropy(logits.float(), labels)
        loss.backward()
        losses.append(loss.item())
        norms.append(sum(float(p.grad.square().sum()) for p in model.parameters()) ** 0.5)
    assert losses[0] == pytest.approx(losses[1], rel=0.01)
    assert norms[0] == pytest.approx(norms[1], rel=0.02)
