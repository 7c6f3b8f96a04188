"""What is said of an error that a network raised."""

import pytest
import torch

from bench.measurements.failure import reason


def test_a_view_of_channels_last_images_is_told_with_the_key_that_helps():
    """The default layout breaks `Tensor.view`, which works in everybody's own loop."""
    images = torch.zeros(2, 3, 4, 4).to(memory_format=torch.channels_last)
    with pytest.raises(RuntimeError) as caught:
        images.view(2, -1)
    assert 'set [execution] memory_format = "contiguous"' in reason(caught.value)


def test_a_last_batch_of_one_image_is_told_with_the_key_that_helps():
    """Batch norm refuses it in torch's words, which name neither batch nor key."""
    with pytest.raises(ValueError, match="Expected more than 1 value per channel") as caught:
        torch.nn.BatchNorm2d(2)(torch.zeros(1, 2, 1, 1))
    assert "change recipe.batch_size" in reason(caught.value)


def test_other_errors_are_told_with_their_place_alone():
    """Nothing is guessed."""
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0  # noqa: B018 - it raises
    assert reason(caught.value).startswith("ZeroDivisionError: division by zero (test_failure.py:")
