"""One training step: forward, backward and update of a batch of 128 images that is already there."""

import pytest
import torch

import architectures
from bench.measurements.device import Device
from bench.measurements.timing.steps import Workload
from bench.spec import Execution, Recipe

BATCH_SIZE = 128


@pytest.mark.parametrize("name", ["plain_cnn", "shared_resnet", "cifar_resnet20"])
def test_a_training_step(benchmark, name):
    """In the precision and memory format that the suite's defaults choose on this machine."""
    device = Device.chosen(Execution())
    torch.manual_seed(0)
    model = architectures.build(name, num_classes=10, in_channels=3, image_size=32)
    model = device.hold(model)
    step = Workload(model, Recipe(), device, (3, 32, 32), 10).step("train", BATCH_SIZE)

    def synchronised():
        step()
        device.synchronize()

    benchmark.pedantic(synchronised, rounds=20, warmup_rounds=5)
    benchmark.extra_info |= {
        "batch_size": BATCH_SIZE, "device": str(device.handle), "precision": str(device.precision),
        "threads": torch.get_num_threads(),
    }  # fmt: skip
    reached = []
    for parameter in model.parameters():
        parameter.register_post_accumulate_grad_hook(lambda parameter: reached.append(id(parameter)))
    synchronised()
    assert sorted(reached) == sorted(id(parameter) for parameter in model.parameters())
