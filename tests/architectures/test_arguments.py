"""Which arguments a constructor accepts, and which values."""

from __future__ import annotations

from typing import Any, TypedDict

import pytest
from torch import nn
from typing_extensions import Unpack

from architectures.arguments import accepted, at_least, one_of, positive, refuse_unknown


class Fewer(TypedDict, total=False):
    width: int


class Options(Fewer, total=False):
    stem: str


def inherited(**options: Unpack[Options]) -> nn.Module: ...
def anything(*, width: int, **options: Any) -> nn.Module: ...
def unresolved(**options: Unpack[Elsewhere]) -> nn.Module: ...  # noqa: F821 - as in a user's own code
def nothing() -> nn.Module: ...


@pytest.mark.parametrize(
    ("constructor", "names", "open_ended"),
    [
        (inherited, ("width", "stem"), False),
        (anything, ("width",), True),
        (unresolved, (), True),
        (nothing, (), False),
    ],
)
def test_options_count_as_the_keys_of_their_typed_dictionary(constructor, names, open_ended):
    assert accepted(constructor) == (names, open_ended)


def test_unknown_arguments_are_refused():
    refuse_unknown({"width": 1}, ["width"])
    with pytest.raises(ValueError, match="there is no argument 'widht'; it takes: width"):
        refuse_unknown({"widht": 1}, ["width"])
    with pytest.raises(ValueError, match="it takes: none"):
        refuse_unknown({"width": 1}, [])


def test_a_choice_must_be_in_the_list():
    one_of("stem", "cifar", ("imagenet", "cifar"))
    with pytest.raises(ValueError, match="stem must be 'imagenet' or 'cifar', got 'cifra'"):
        one_of("stem", "cifra", ("imagenet", "cifar"))


@pytest.mark.parametrize("value", [0, -3, 1.0, True, "1", None])
def test_counts_are_whole_and_at_least_one(value):
    positive("width", 1)
    with pytest.raises(ValueError, match="width must be a whole number of at least 1"):
        positive("width", value)


def test_images_have_a_smallest_size():
    at_least(32, 32)
    with pytest.raises(ValueError, match="images of 31 pixels are too small; the smallest is 32"):
        at_least(32, 31)
