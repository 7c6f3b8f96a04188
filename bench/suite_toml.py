"""A suite that was built in Python, as the TOML that says the same."""

from __future__ import annotations

from bench.errors import SuiteError
from bench.spec import Suite
from bench.spec.measure import SWITCHES
from bench.suite_file import apply_settings
from bench.toml_text import document_to_toml


def suite_to_toml(suite: Suite, overrides: tuple[str, ...] = ()) -> str:
    """The keys that were given, in the order of the specification.

    Args:
        suite: What to write.
        overrides: `key=value` pairs that replace some of it.

    Raises:
        SuiteError: A value has no form in TOML, as an object of some library in `args`.
    """
    try:
        document = suite.model_dump(mode="json", exclude_unset=True)
    except ValueError as error:
        raise SuiteError(f"suite: cannot be written as TOML: {error}") from error
    measure = document.get("measure", {})
    for key in SWITCHES & measure.keys():
        if measure[key] is None:
            measure[key] = False
    return document_to_toml(apply_settings(document, overrides))
