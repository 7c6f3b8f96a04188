"""Networks from elsewhere: torchvision, timm, installed plug-ins, and code that the user names himself."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Callable, Iterable
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from architectures.arguments import Constructor
from architectures.errors import ArchitectureError
from architectures.timm_networks import timm_constructor, timm_names
from architectures.torchvision_networks import torchvision_constructor, torchvision_names

PLUGIN_GROUP = "archbench.architectures"
"""Group of entry points, each a name and a constructor, with which a package adds networks."""


class Library(NamedTuple):
    """A collection of networks that is addressed as `library:NAME`."""

    names: Callable[[], list[str]]
    constructor: Callable[[str], Constructor]


LIBRARIES = {
    "torchvision": Library(torchvision_names, torchvision_constructor),
    "timm": Library(timm_names, timm_constructor),
}


def outside(name: str) -> Constructor:
    """Find the constructor behind `torchvision:NAME`, `timm:NAME` or `module:function`.

    Raises:
        ArchitectureError: There is none; the message says what is missing.
    """
    source, _, rest = name.partition(":")
    return _in_library(source, rest) if source in LIBRARIES else _in_module(source, rest)


def plugins() -> dict[str, EntryPoint]:
    """Networks that installed packages add, not imported yet.

    Raises:
        ArchitectureError: Two packages use the same name.
    """
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=PLUGIN_GROUP):
        if entry.name in found and found[entry.name].value != entry.value:
            both = f"{found[entry.name].value} and {entry.value}"
            raise ArchitectureError(f"two installed packages name an architecture {entry.name!r}: {both}")
        found[entry.name] = entry
    return found


def load_plugin(entry: EntryPoint) -> Constructor:
    """Import a plug-in.

    Raises:
        ArchitectureError: It cannot be imported.
    """
    try:
        return _callable(entry.name, entry.load())
    except ArchitectureError:
        raise
    except Exception as error:  # somebody else's module can raise anything on import
        raise ArchitectureError(f"{entry.name}: {entry.value} cannot be imported: {told(error)}") from error


def suggest(name: str, known: Iterable[str]) -> str:
    """Name the nearest of the known and of the libraries' networks, with or without its prefix."""
    full = {f"{source}:{item}": item for source, library in LIBRARIES.items() for item in library.names()}
    # Where two share a bare name, the known one is meant, then that of the first library.
    bare = {item: item for item in known}
    for address, item in full.items():
        bare.setdefault(item, address)
    pool = {address: address for address in full} if ":" in name else bare
    near = [pool[match] for match in difflib.get_close_matches(name, pool, n=3)]
    return f"did you mean {' or '.join(map(repr, near))}?" if near else "`bench list architectures` shows all"


def told(error: BaseException) -> str:
    """An exception in words: its message, and its type where the message alone says nothing."""
    return str(error) if type(error) in (ValueError, RuntimeError) else f"{type(error).__name__}: {error}"


def _in_library(source: str, item: str) -> Constructor:
    library = LIBRARIES[source]
    try:
        known = library.names()
        # timm's names may carry the tag of published weights, which are not loaded. A library that is
        # not installed knows no names, and its constructor says so.
        if not known or item in known or item.partition(".")[0] in known:
            return library.constructor(item)
    except ImportError as error:
        raise ArchitectureError(f"{source}:{item}: {error}") from error
    raise ArchitectureError(f"unknown architecture '{source}:{item}': {suggest(f'{source}:{item}', ())}")


def _in_module(module: str, attribute: str) -> Constructor:
    name = f"{module}:{attribute}"
    if not module or not attribute:
        raise ArchitectureError(f"{name!r} is not an architecture; write module:function")
    _refuse_python_itself(name, module)
    if module == "__main__":
        raise ArchitectureError(
            f"{name}: trials run in a process of their own, which does not know the script or notebook that "
            "started it; put the function into a file beside it, and write file:function"
        )
    # Last, so that no file of the current directory hides an installed module; for good, since the
    # function may import its neighbours only when it is called.
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)
    try:
        imported = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise ArchitectureError(f"{name}: {module} cannot be imported: {told(error)}") from error
        hint = f"no module {error.name!r}, neither installed nor in {here}"
        raise ArchitectureError(f"{name}: {hint}; {suggest(name, ())}") from error
    except Exception as error:  # a user's module can raise anything on import
        raise ArchitectureError(f"{name}: {module} cannot be imported: {told(error)}") from error
    try:
        return _callable(name, attrgetter(attribute)(imported))
    except AttributeError as error:
        near = difflib.get_close_matches(attribute, vars(imported), n=3)
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise ArchitectureError(f"{name}: {module} has no {attribute!r}{hint}") from error


def _callable(name: str, found: Any) -> Constructor:
    if not callable(found):
        raise ArchitectureError(f"{name} is {type(found).__name__}, not a function that returns a network")
    function = found
    while isinstance(function, partial):
        function = function.func
    _refuse_python_itself(name, getattr(function, "__module__", None) or "")
    constructor: Constructor = found
    return constructor


def _refuse_python_itself(name: str, module: str) -> None:
    """A suite that somebody sent may name `os:system`; nothing in the standard library builds networks."""
    if module.partition(".")[0] in sys.stdlib_module_names:
        raise ArchitectureError(
            f"{name}: {module} is a part of Python, which has no networks; it is not called"
        )
