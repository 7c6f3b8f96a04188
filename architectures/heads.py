"""Where a network's classifier head is, so that params can be counted with and without it."""

from __future__ import annotations

from torch import nn

_ATTRIBUTES = ("head", "heads", "fc", "classifier")


def head_of(model: nn.Module) -> nn.Module | None:
    """Find the part of a network that turns features into logits.

    The networks of this package call it `head`. timm's networks answer `get_classifier()`, which is the
    last layer alone; torchvision's call it `fc`, `classifier`, `head` or `heads`, which may be several
    layers (all three linear layers of a VGG, as here). Several heads side by side come as one `ModuleList`.

    Returns:
        The head, or None when the network does not say where it is.
    """
    get_classifier = getattr(model, "get_classifier", None)
    if callable(get_classifier):
        found = get_classifier()
        if isinstance(found, tuple | list):
            return nn.ModuleList(found)
        return found if isinstance(found, nn.Module) else None
    candidates = (getattr(model, attribute, None) for attribute in _ATTRIBUTES)
    return next((candidate for candidate in candidates if isinstance(candidate, nn.Module)), None)
