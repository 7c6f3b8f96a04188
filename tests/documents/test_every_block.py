"""Every block of commands or Python in the documentation is run by a test, or says why it is not."""

import re

import pytest
from documents import DOCS, ROOT, RUNNABLE, Reader, blocks, differences

from bench.suite_file import check_document

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])
FOLLOWED = {"tutorial.md", "python.md", "extend.md", "ci.md", "profile.md", "reproduce.md"}
"""Pages that tests of their own follow from the first to the last block."""


def names(page):
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_block_is_run_or_says_why_not(page):
    """A reason is a sentence, not a word."""
    for block in blocks(page):
        if block.kind in RUNNABLE:
            assert block.what, f"{block}: neither run nor marked; see tests/support/documents.py"
        if block.what == "not run":
            assert len(block.detail.split()) >= 4, f"{block}: {block.detail!r} is no reason"
        if block.what == "runs":
            assert page.name in FOLLOWED, f"{block}: no test follows this page"


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_piece_of_a_suite_is_valid(page):
    """Together with a network, where the piece names none."""
    for block in blocks(page):
        if block.kind == "toml":
            network = {"architectures": [{"label": "CNN", "name": "plain_cnn"}]}
            check_document({**network, **tomllib.loads(block.text)}, str(block))


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_links_lead_somewhere(page):
    """To files of the repository, and to pages that are made when the site is built."""
    made = {DOCS / name for name in ("reference/suite.md", "reference/commands.md", "reference/columns.md",
                                     "contributing.md", "changelog.md")}  # fmt: skip
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r'\]\((?!http)([^)#]+)|<img src="([^"]+)', text):
        place = (page.parent / (target[0] or target[1])).resolve()
        assert place.exists() or place in made, f"{page.name}: {place}"


def test_a_wrong_count_is_found():
    """Whole numbers have to be the same."""
    assert differences(["params 1,310"], "params  1,311\n") == "params 1,310"
    assert differences(["params 1,310"], "params  1,310\n") == ""


def test_what_is_measured_may_differ():
    """Seconds, accuracies, losses and the identity of a run; not what they are said of."""
    page = ["CNN  loss 1.9  test 81.89%  90.16 ± 0.80 %  3 s ?  1 min 2 s left  runs/x/0123456789ab"]
    told = "CNN  loss 2.03  test 7.1%  9.1 ± 10.8 %  4 s  12 s left  runs/x/abcdef012345"
    assert differences(page, told) == ""
    assert differences(page, told.replace("CNN", "VGG"))


def test_only_dots_stand_for_lines_that_are_left_out():
    """A line too many is a difference, too."""
    assert differences(["a", "...", "c"], "a\nb\nc\n") == ""
    assert differences(["a", "c"], "a\nb\nc\n") == "c"
    assert differences(["a"], "a\nb\n") == "the end before 'b'"
    assert differences(["...", "c", "...", "a"], "a\nb\nc\n") == "a"


def test_a_command_that_fails_unnoticed_is_noticed(tmp_path):
    """A page that shows no `echo $?` says that it went well."""
    page = tmp_path / "page.md"
    page.write_text("<!-- runs -->\n```console\n$ false\n```\n")
    with pytest.raises(AssertionError, match="exit code 1"):
        Reader(tmp_path).follow(page)
