"""Memory that runs out in a trial: recognised, and explained with what to do."""

import pytest
import torch

from bench.errors import ENVIRONMENT
from bench.measurements.memory.exhaustion import MemoryExhaustedError, explained, is_exhaustion
from bench.plan import Trial
from bench.spec import Dataset, Execution, Recipe

TRIAL = Trial(
    label="A", architecture="plain_cnn", dataset=Dataset(), recipe=Recipe(batch_size=96),
    execution=Execution(),
)  # fmt: skip


@pytest.mark.parametrize(
    ("error", "ran_out"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), True),
        (MemoryError(), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), True),
        (RuntimeError("CUDA error: out of memory"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_every_library_says_it_differently(error, ran_out):
    """By class on CUDA, by text elsewhere."""
    assert is_exhaustion(error) is ran_out


def test_torch_itself_is_recognised():
    """A tensor larger than any memory, on this processor."""
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**46)
    assert is_exhaustion(caught.value)


def test_the_reason_says_what_was_tried_and_what_to_do():
    """Batch size and the two ways out; and that nothing was reduced silently."""
    with pytest.raises(MemoryExhaustedError) as caught, explained(TRIAL):
        raise torch.OutOfMemoryError("CUDA out of memory.\nAnd a long explanation")
    message = str(caught.value)
    assert message.startswith("out of memory (training at batch size 96): CUDA out of memory.")
    assert "recipe.batch_size" in message
    assert "largest_batch" in message
    assert "silently" in message
    assert "long explanation" not in message
    assert caught.value.exit_code == ENVIRONMENT


def test_other_errors_pass():
    """They are not about memory."""
    with pytest.raises(RuntimeError, match="shapes"), explained(TRIAL):
        raise RuntimeError("shapes do not fit")
