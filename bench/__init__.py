"""Train, measure and compare network architectures under the same conditions.

`bench.run`, `bench.open_run`, `bench.inspect`, `bench.check` and `bench.lock` do what the command line does;
`bench.export` writes a trained network for other programs; `bench.Suite` and the other models of `bench.spec`
build suites in Python. All are imported when first used, so that `import bench` costs nothing; `__init__.pyi`
lists them for type checkers and editors.
"""

import importlib

__version__ = "0.1.0"

_CALLS = {
    "Comparison": "bench.api.comparison",
    "Run": "bench.api.run",
    "check": "bench.api.counting",
    "export": "bench.deployment.export",
    "inspect": "bench.api.counting",
    "lock": "bench.api.counting",
    "open_run": "bench.api.run",
    "run": "bench.api.running",
}


def __getattr__(name: str) -> object:
    # By name: what is below this package imports it, and must not depend on what is above.
    if name in _CALLS:
        return getattr(importlib.import_module(_CALLS[name]), name)
    if name[0].isupper() and name in _models():
        return getattr(importlib.import_module("bench.spec"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(["__version__", *_CALLS, *_models()])


def _models() -> set[str]:
    """What a suite is made of."""
    names = importlib.import_module("bench.spec").__all__
    return {name for name in names if name[0].isupper()} - {"Model"}
