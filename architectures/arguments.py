"""Arguments of constructors: which ones are accepted, and whether their values make sense."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from typing import Any, get_args, get_origin

from torch import nn
from typing_extensions import Unpack, get_type_hints

Constructor = Callable[..., nn.Module]


def accepted(constructor: Constructor) -> tuple[tuple[str, ...], bool]:
    """Names of the arguments a constructor takes, and whether it takes any others besides.

    `**options: Unpack[Options]` counts as the keys of the typed dictionary `Options`; a bare `**options`
    takes anything.
    """
    keys: list[str] = []
    open_ended = False
    for parameter in inspect.signature(constructor).parameters.values():
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD:
            keys.append(parameter.name)
        elif options := _unpacked(constructor, parameter.name):
            keys.extend(options)
        else:
            open_ended = True
    return tuple(keys), open_ended


def one_of(name: str, value: Any, allowed: Collection[str]) -> None:
    """Refuse a value that is not in the list.

    Raises:
        ValueError: It is not; the message lists the allowed ones.
    """
    if value not in allowed:
        raise ValueError(f"{name} must be {' or '.join(f'{item!r}' for item in allowed)}, got {value!r}")


def refuse_unknown(args: Collection[str], options: Collection[str]) -> None:
    """Refuse arguments that a constructor does not take.

    Raises:
        ValueError: There is one; the message lists what it takes.
    """
    if unknown := [key for key in args if key not in options]:
        raise ValueError(f"there is no argument {unknown[0]!r}; it takes: {', '.join(options) or 'none'}")


def positive(name: str, value: Any) -> None:
    """Refuse anything but a whole number of at least 1.

    Raises:
        ValueError: It is something else.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}")


def at_least(smallest: int, image_size: int) -> None:
    """Refuse images smaller than a network can take.

    Raises:
        ValueError: They are.
    """
    if image_size < smallest:
        raise ValueError(f"images of {image_size} pixels are too small; the smallest is {smallest}")


def _unpacked(constructor: Constructor, parameter: str) -> tuple[str, ...]:
    try:
        annotation = get_type_hints(constructor, include_extras=True).get(parameter)
    except (NameError, TypeError):  # annotations of somebody else's function need not resolve
        return ()
    return tuple(get_args(annotation)[0].__annotations__) if get_origin(annotation) is Unpack else ()
