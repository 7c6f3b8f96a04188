"""What to say of an error that a network or a device raised."""

from __future__ import annotations

import traceback
from pathlib import Path

LONGEST = 2000
"""Characters of the error's own text."""


HINTS = {
    "view size is not compatible": 'or set [execution] memory_format = "contiguous"',
    "Expected more than 1 value per channel": "batch norm on maps of one pixel takes no batch of one image, "
    "which the last of an epoch may be: change recipe.batch_size",
}
"""What a suite can do about an error, by a part of its text. Tensor.view refuses channels-last images."""


def reason(error: BaseException) -> str:
    """The error and where it was raised, in one or two lines, without places of the machine."""
    text = (str(error).strip() or type(error).__name__)[:LONGEST]
    text += "".join(f"; {hint}" for part, hint in HINTS.items() if part in text)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name})" if frames else ""
    return f"{type(error).__name__}: {text}{where}"
