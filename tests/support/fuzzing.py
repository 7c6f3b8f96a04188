"""Broken input by the thousand: a sound file or document, and what can be done to it."""

from __future__ import annotations

import copy
import os
from contextlib import suppress
from functools import reduce

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

LONG = os.environ.get("FAULTS") == "long"
"""`tox -e faults` asks for the long form."""

PIECES = (
    b"", b"\0", b"\xff\xfe", b"\n", b'"', b"'''", b"[", b"]" * 9, b"{" * 2000, b"[" * 20000, b"}", b"=",
    b".", b"-1", b"9" * 400, b"9" * 5000, b"1e999", b"nan", b"inf", b"0x", b"2026-13-45", b"\\ud800",
    b"\xc3\x28", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\x80\x00\x00\x00", b"../../",
    b"<script>", b"../" * 400,
)  # fmt: skip
"""Bytes that parsers stumble over."""

ODD_NUMBERS = (
    0, 1, -1, 3, 2**31, 2**63, -(2**63), 10**30, 10**400, 0.5, -0.0, 1e-300, 5e-324, 1e99, 1e308, -1e308,
    float("nan"), float("inf"), float("-inf"),
)  # fmt: skip
ODD_TEXTS = (
    "", " ", "\0", "\ud800", "\u202e", "a" * 100_000, "../../../etc", "/etc/passwd", "C:\\x", "a\nb",
    "<script>alert(1)</script>", "os:system", "1", "nan", "2026-11-21", "cuda:99",
)  # fmt: skip
ODD_VALUES = (
    *ODD_NUMBERS, *ODD_TEXTS, None, True, False, [], {}, [None], [[]], [{}], [0] * 3000, {"": 0},
    {"name": "adamw"}, {"__proto__": {}}, reduce(lambda inner, _: [inner], range(300), []),
)  # fmt: skip
"""Values that are in no suite and no record, or in another place of it."""


def inputs(short, long):
    """How many examples of a property are tried: in every test run, and by `tox -e faults`."""
    return settings(
        max_examples=long if LONG else short,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )  # fmt: skip


def damaged(whole):
    """A file of which bytes were cut, removed, repeated, inserted or replaced."""
    place = st.integers(0, len(whole))
    piece = st.sampled_from(PIECES) | st.binary(max_size=6)
    kind = st.sampled_from(("cut", "remove", "repeat", "insert", "overwrite"))
    change = st.tuples(kind, place, place, piece)
    return st.lists(change, min_size=1, max_size=4).map(lambda changes: reduce(_damage, changes, whole))


def _damage(data, change):
    kind, one, other, piece = change
    first, last = sorted((one, other))
    if kind == "cut":
        return data[:one]
    if kind == "remove":
        return data[:first] + data[min(last, first + 64) :]
    if kind == "repeat":
        return data[:last] + data[first:last][:4096] + data[last:]
    if kind == "insert":
        return data[:one] + piece + data[one:]
    return data[:one] + piece + data[one + len(piece) :]


def distorted(document):
    """A document of which values were removed, or replaced by odd ones or by values of other places."""
    places = list(_places(document))

    def change(place):
        values = st.sampled_from(ODD_VALUES) | st.sampled_from(_odd_ones_like(_at(document, place)))
        others = st.sampled_from(places).map(lambda other: _at(document, other))
        kind = st.sampled_from(("replace", "replace", "remove", "add"))
        return st.tuples(kind, st.just(place), values | others)

    changes = st.lists(st.sampled_from(places).flatmap(change), min_size=1, max_size=3)
    return changes.map(lambda chosen: reduce(_distort, chosen, copy.deepcopy(document)))


def _odd_ones_like(value):
    """Of the same type, so that more than the type is looked at."""
    if isinstance(value, str):
        return ODD_TEXTS
    return ODD_NUMBERS if isinstance(value, int | float) and not isinstance(value, bool) else ODD_VALUES


def _distort(document, change):
    kind, place, value = change
    with suppress(KeyError, IndexError, TypeError):  # an earlier change took the place away
        holder = _at(document, place[:-1])
        if kind == "remove":
            del holder[place[-1]]
        elif kind == "add":
            holder["odd key"] = copy.deepcopy(value)
        else:
            holder[place[-1]] = copy.deepcopy(value)
    return document


def _places(value, here=()):
    """The paths to everything inside a document."""
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*here, key)
            yield from _places(item, (*here, key))


def _at(document, place):
    return reduce(lambda holder, key: holder[key], place, document)
