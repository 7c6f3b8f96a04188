"""All classification networks of torchvision: params against a plain sum, MACs against torch's counter."""

import pytest
import torch
import torchvision
from torch.utils.flop_counter import FlopCounterMode

from bench.measurements.counting import count
from bench.measurements.counting.weightless import build_weightless, weightless

NAMES = torchvision.models.list_models(module=torchvision.models)


def test_the_list_is_not_empty():
    """A parametrised test over nothing would pass."""
    assert len(NAMES) > 70


@pytest.mark.filterwarnings("ignore:The default weight initialization:FutureWarning")
@pytest.mark.parametrize("name", NAMES)
def test_counts_agree_with_a_plain_sum_and_with_torchs_own_counter(name):
    """Exactly, and without an operator that is not covered."""
    model = build_weightless(lambda: torchvision.models.get_model(name))
    side = 299 if name == "inception_v3" else 224
    counts = count(model, (3, side, side))
    assert counts.params == sum(weight.numel() for weight in set(model.parameters()))
    assert not counts.unsupported
    with torch.no_grad(), FlopCounterMode(display=False) as theirs:
        weightless(model)(torch.empty(1, 3, side, side, device="meta"))
    assert counts.flops == theirs.get_total_flops()
