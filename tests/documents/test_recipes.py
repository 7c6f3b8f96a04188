"""Recipes of CONTRIBUTING.md: an architecture, a dataset and a section, added in a copy of the repository."""

import re
import shutil

import pytest
from documents import DOCS, ROOT, Reader, as_typed
from factories import write_run

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DATA = {"draw_leaves.py"}
"""Files of the contributor's own."""


@pytest.fixture(scope="module")
def contributor(tmp_path_factory):
    """Somebody who followed the page to its end, with a run at hand; a step that fails stops him."""
    folder = tmp_path_factory.mktemp("contributor")
    for package in ("architectures", "bench", "reports", "suites"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    write_run(folder / "runs")
    with pytest.MonkeyPatch.context() as patch:
        as_typed(patch, folder)
        patch.delenv("PYTHONPATH", raising=False)
        reader = Reader(folder, apart=True)
        reader.follow(DOCS / "how-to" / "extend.md")
    return reader


def test_each_addition_shows(contributor):
    """Counted, loaded, rendered: the page shows what comes out."""
    verbs = [command.split()[1] for command in contributor.typed if command.startswith("bench ")]
    assert verbs == ["inspect", "data", "report"]


@pytest.mark.parametrize(
    ("recipe", "touched"),
    [
        ("Add an architecture", {"architectures/two_layers.py", "architectures/__init__.py"}),
        ("Add a dataset", {"bench/data/catalogue.py"}),
        ("Add a section to the report", {"reports/sections/seeds.py", "reports/sections/__init__.py"}),
    ],
)
def test_a_recipe_names_every_file_it_takes(contributor, recipe, touched):
    """Or the folder in which the new file lies."""
    text = CONTRIBUTING.partition(f"## {recipe}\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`((?:architectures|bench|reports)/[\w/.]*)`", text))
    assert touched <= set(contributor.written)
    for file in touched:
        assert file in named or f"{file.rpartition('/')[0]}/" in named


def test_nothing_else_was_touched(contributor):
    """What was written is what the recipes take."""
    assert len(set(contributor.written) - DATA) == 5
