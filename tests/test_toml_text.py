"""Plain values as TOML: what is written is what is read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.errors import SuiteError
from bench.suite_file import parse
from bench.toml_text import document_to_toml, toml_value

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
SCALARS = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXT
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)


@settings(max_examples=50)
@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_a_document_survives_the_round_trip(document):
    """Whatever the keys and texts are."""
    assert parse(document_to_toml(document), "test") == document


def test_arrays_of_tables_read_as_a_suite_is_written():
    """Tables have headers of their own; what lies deeper is inline."""
    text = document_to_toml({"a": [{"b": 1, "c": {"d": 2.0}}], "e": {"f": None, "g": True}})
    assert text == "\n[e]\ng = true\n\n[[a]]\nb = 1\nc = { d = 2.0 }\n"


@pytest.mark.parametrize("value", [object(), {1, 2}, "\ud800", [None]])
def test_what_toml_cannot_hold_is_refused(value):
    """With the value in the message."""
    with pytest.raises(SuiteError):
        toml_value(value)
