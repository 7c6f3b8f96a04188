"""The same steps as torch's Adam and AdamW, without copies of the gradients."""

import copy

import pytest
import torch
from torch import nn
from torch.profiler import profile

from bench.measurements.training.adam import Adam
from bench.measurements.training.optimizer_state import laid_out_as


def weights(memory_format):
    """A network's worth: kernels of 3 x 3, 1 x 1 and one channel, a matrix, a bias."""
    torch.manual_seed(0)
    shapes = [(8, 4, 3, 3), (8, 4, 1, 1), (8, 1, 3, 3), (4, 8, 5, 3), (10, 8), (8,)]
    found = nn.ParameterList(torch.randn(shape) for shape in shapes)
    return list(found.to(memory_format=memory_format))


def stepped(make, memory_format, steps=4):
    """Parameters and optimiser after some steps, of which the third has no gradient of the last kernel."""
    found = weights(memory_format)
    optimizer = make([{"params": found[:3]}, {"params": found[3:], "weight_decay": 0.0}])
    for number in range(steps):
        for parameter in found:
            parameter.grad = torch.randn_like(parameter)
        if number == 2:
            found[3].grad = None
        optimizer.step()
    return found, optimizer


@pytest.mark.parametrize("memory_format", [torch.channels_last, torch.contiguous_format])
@pytest.mark.parametrize("decoupled", [False, True])
@pytest.mark.parametrize("fused", [False, True])
def test_it_is_torchs(memory_format, decoupled, fused):
    """Weights and state bit for bit; and the state can go back and forth between the two."""
    theirs = torch.optim.AdamW if decoupled else torch.optim.Adam
    settings = {"lr": 0.1, "betas": (0.9, 0.95), "weight_decay": 0.1, "fused": fused}
    expected, by_torch = stepped(lambda groups: theirs(groups, **settings), memory_format)
    found, ours = stepped(
        lambda groups: Adam(groups, **settings, decoupled_weight_decay=decoupled), memory_format
    )
    for one, other in zip(found, expected, strict=True):
        assert torch.equal(one, other)
        for name in ("step", "exp_avg", "exp_avg_sq"):
            assert torch.equal(ours.state[one][name], by_torch.state[other][name])
            assert ours.state[one][name].stride() == by_torch.state[other][name].stride()
    by_torch.load_state_dict(copy.deepcopy(ours.state_dict()))
    ours.load_state_dict(copy.deepcopy(by_torch.state_dict()))


@pytest.mark.parametrize("kind", [Adam, torch.optim.SGD])
def test_moments_of_another_layout(kind):
    """A training that went on from one with another memory format; not fused, the layout does not matter."""
    settings = {"momentum": 0.9} if kind is torch.optim.SGD else {}
    _, before = stepped(lambda groups: kind(groups, lr=0.1, **settings), torch.contiguous_format)
    ended = []
    for fused in (False, True):
        found = weights(torch.channels_last)
        optimizer = kind(found, lr=0.1, fused=fused, **settings)
        state = optimizer.state_dict()
        moments = copy.deepcopy(before.state_dict()["state"])
        state["state"] = {place: laid_out_as(found[place], one) for place, one in moments.items()}
        optimizer.load_state_dict(state)
        torch.manual_seed(1)
        for parameter in found:
            parameter.grad = torch.randn_like(parameter)
        optimizer.step()
        ended.append(found)
    for one, other in zip(*ended, strict=True):
        torch.testing.assert_close(one, other)


def test_no_gradient_is_copied():
    """Where torch 2.15 copies all that are channels last."""
    _, optimizer = stepped(lambda groups: Adam(groups, fused=True), torch.channels_last)
    with profile() as seen:
        optimizer.step()
    names = [event.name for event in seen.events()]
    assert "aten::_fused_adam_" in names
    assert "aten::clone" not in names
