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


def test_other_errors_are_told_with_their_place_alone():
    """Nothing is guessed."""
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0  # noqa: B018 - it raises
    assert reason(caught.value).startswith("ZeroDivisionError: division by zero (test_failure.py:")
