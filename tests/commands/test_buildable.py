"""What a suite asks of its images, looked at before anything is trained."""

import pytest
from factories import document
from rich.console import Console

from bench.commands.buildable import refuse_unbuildable
from bench.errors import SuiteError
from bench.suite_file import check_document


def test_a_crop_that_cannot_reflect_is_refused_at_once():
    """By every architecture whose recipe has it; no network needs to be built for that."""
    suite = check_document(
        document(
            dataset={"name": "digits"}, claims=[],
            recipe={"epochs": 1, "augment": [{"name": "crop", "padding": 8}]},
        ),
        "test",
    )  # fmt: skip
    with pytest.raises(SuiteError) as caught:
        refuse_unbuildable(None, suite, None, Console(quiet=True))
    lines = str(caught.value).splitlines()
    assert len(lines) == 1 + len(suite.architectures)
    assert "architectures[0] (CNN): recipe.augment: crop has a padding of 8" in lines[1]
