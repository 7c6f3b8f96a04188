"""The pages that show how to do one thing: their commands print what they show."""

import pytest
from documents import DOCS, Reader, as_typed


@pytest.mark.parametrize("page", ["ci.md", "profile.md", "reproduce.md"])
def test_the_page_works(page, tmp_path, monkeypatch):
    """Typed from the first command to the last, in an empty folder."""
    as_typed(monkeypatch, tmp_path)
    reader = Reader(tmp_path)
    reader.follow(DOCS / "how-to" / page)
    assert reader.typed
