"""Muon: what its two kinds of steps do."""

import pytest
import torch
from torch import nn

from bench.measurements.training import muon, optimisation
from bench.measurements.training.muon import Muon, orthogonalise
from bench.measurements.training.optimisation import make_optimizer
from bench.spec import Muon as MuonSpec
from bench.spec import Recipe


def group(parameters, *, orthogonal, **settings):
    return {"params": parameters, "orthogonal": orthogonal, "lr": 0.1, "momentum": 0.6, "weight_decay": 0.0,
            **settings}  # fmt: skip


@pytest.mark.parametrize("shape", [(8, 30), (30, 8), (16, 16)])
def test_singular_values_move_to_one(shape):
    """From far apart to the published band around 1, with the singular vectors kept."""
    torch.manual_seed(0)
    u, _, v = torch.linalg.svd(torch.randn(shape), full_matrices=False)
    result = orthogonalise(u @ torch.diag(torch.linspace(0.1, 5, min(shape))) @ v, steps=6)
    inner = u.T @ result @ v.T
    assert torch.linalg.svdvals(result).sub(1).abs().max() < 0.35
    assert (inner - inner.diag().diag()).abs().max() < 1e-4


def test_one_newton_schulz_step_is_the_published_polynomial():
    """Of the singular values: a x + b x^3 + c x^5, after division by the Frobenius norm."""
    values = torch.tensor([3.0, 1.0])
    x = values / values.norm()
    expected = 3.4445 * x - 4.7750 * x**3 + 2.0315 * x**5
    assert torch.allclose(orthogonalise(values.diag(), steps=1), expected.diag(), atol=1e-5)


def test_filters_keep_their_norm_and_move_by_the_learning_rate():
    """Norm sqrt(filters) before the step, whose size does not depend on that of the gradient."""
    steps = []
    for size in (1.0, 1e-3):
        torch.manual_seed(0)
        bank = nn.Parameter(torch.randn(6, 4, 3, 3))
        start = bank.detach() * 6**0.5 / bank.detach().norm()
        bank.grad = size * torch.randn_like(bank)
        Muon([group([bank], orthogonal=True)], newton_schulz_steps=5).step()
        steps.append((bank.detach() - start).flatten(1))
    assert torch.allclose(steps[0], steps[1], atol=1e-3)
    assert torch.linalg.svdvals(steps[0]) == pytest.approx([0.1] * 6, rel=0.35)


def test_filters_that_start_at_zero_learn():
    """There is no norm to bring them to before the first step."""
    bank = nn.Parameter(torch.zeros(6, 4, 3, 3))
    optimizer = Muon([group([bank], orthogonal=True)], newton_schulz_steps=3)
    for _ in range(2):
        bank.grad = torch.randn_like(bank)
        optimizer.step()
    assert 0 < bank.norm().item() < 3


def test_the_rest_takes_the_steps_of_torchs_nesterov_sgd():
    """With L2 penalty, step by step."""
    torch.manual_seed(0)
    ours, theirs = (nn.Parameter(torch.ones(5)) for _ in range(2))
    optimizers = (
        Muon([group([ours], orthogonal=False, weight_decay=0.01)], newton_schulz_steps=3),
        torch.optim.SGD([theirs], lr=0.1, momentum=0.6, nesterov=True, weight_decay=0.01),
    )
    for _ in range(4):
        ours.grad = torch.randn(5)
        theirs.grad = ours.grad.clone()
        for optimizer in optimizers:
            optimizer.step()
    assert torch.allclose(ours, theirs)


def test_the_iteration_bears_bfloat16():
    """To its precision, the result is the same; its dtype is that of the matrix."""
    torch.manual_seed(0)
    matrix = torch.randn(16, 40)
    result = orthogonalise(matrix, steps=3, precision=torch.bfloat16)
    assert result.dtype == torch.float32
    assert torch.allclose(result, orthogonalise(matrix, steps=3), atol=0.05)
    assert not torch.equal(result, orthogonalise(matrix, steps=3))


@pytest.mark.parametrize("native", [True, False])
def test_it_runs_in_bfloat16_where_the_hardware_multiplies_it(monkeypatch, native):
    monkeypatch.setattr(optimisation, "native_bfloat16", lambda device: native)
    seen = []
    monkeypatch.setattr(
        muon, "orthogonalise", lambda matrix, steps, precision: seen.append(precision) or matrix
    )
    model = nn.Conv2d(3, 4, 3, bias=False)
    model(torch.randn(1, 3, 5, 5)).sum().backward()
    recipe = Recipe(optimizer=MuonSpec(name="muon", lr=0.1), epochs=1)
    make_optimizer(model, recipe, torch.device("cpu")).step()
    assert seen == [torch.bfloat16 if native else None]
