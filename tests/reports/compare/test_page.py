"""The page of a comparison: what it says first, and how it behaves in a browser."""

from __future__ import annotations

import pytest
from comparisons import changed, compared, small
from factories import architectures

from bench.analysis.comparison import judge, parse_thresholds
from reports.compare import comparison_markdown, render_comparison, screen
from reports.compare.opening import sentences
from reports.words import plain_text

HOSTILE = "<img src=x onerror=alert(1)> " + 60 * "long\u202e"


def said(*arguments, **keywords):
    """The paragraph."""
    return plain_text(sentences(compared(*arguments, **keywords)))


def test_the_paragraph_names_what_changed_and_by_how_much():
    """Counts as changed, without praise or blame."""
    text = said(changed("static.params", lambda params: params + 7))
    assert text == "Network 0 changed in params (+7)."


def test_the_paragraph_does_not_judge_what_is_not_comparable():
    """It says how much of the comparison is left open."""
    text = said(changed("environment", {}))
    assert "better" not in text
    assert "worse" not in text
    assert "figures are not comparable" in text


def test_the_paragraph_names_what_is_in_one_run_alone():
    """What vanished must not go unsaid."""
    two = small(architectures=architectures(2))
    assert "In A alone: Network 1." in said(before=two, suite=small())


def test_the_paragraph_begins_with_the_gate():
    """Whoever opens it after a failed build looks for that."""
    comparison = compared(changed("static.params", 5))
    findings = judge(comparison, parse_thresholds("params:0,macs:0"))
    assert plain_text(sentences(comparison, findings)).startswith("1 of 2 checks of --fail-on failed.")


def test_conditions_say_on_what_they_bear():
    """Another device bears on speed and memory."""
    text = comparison_markdown(compared(changed("choices.device_name", "Another CPU")))
    assert "| device name | Example CPU with AMX | Another CPU | convergence, speed, memory | all |" in text


def test_a_narrow_terminal_sees_verdicts():
    """Columns are left out, the verdict is not."""
    blocks = screen(compared(), narrow=True).blocks
    speed = next(block for block in blocks if block.title == "Speed")
    assert "Verdict" in speed.headers
    assert "Why" not in speed.headers


@pytest.mark.browser
def test_a_hostile_label_neither_runs_nor_widens_the_page(opened, tmp_path):
    """At 390 pixels, without any complaint of the browser; tables can be sorted."""
    comparison = compared(before=small(architectures=[{"label": HOSTILE[:200], "name": "plain_cnn"}]))
    file = tmp_path / "compare.html"
    file.write_text(render_comparison(comparison), encoding="utf-8")
    with opened(file, width=390) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.click("#table-speed th >> nth=2 >> button")
        assert page.get_attribute("#table-speed th >> nth=2", "aria-sort") == "ascending"
