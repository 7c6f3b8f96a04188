"""Whether an error has put the device beyond use for this process."""

from __future__ import annotations

import torch


def device_is_lost() -> bool:
    """Whether CUDA refuses all further work, as after an illegal access or a failed assertion on the GPU.

    Such an error stays with the process until it ends. Running out of memory is none.
    """
    if not torch.cuda.is_initialized():
        return False
    try:
        torch.cuda.synchronize()
    except RuntimeError:
        return True
    return False
