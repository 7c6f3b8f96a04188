"""The page as a reader meets it: a file, a browser, and no network."""

from __future__ import annotations

import re

import pytest
from waiting import until

from reports import format as show

pytestmark = pytest.mark.browser

WIDTHS = "[document.documentElement.scrollWidth, innerWidth]"


@pytest.fixture(scope="module")
def page(opened, report):
    """One page for all tests that leave it as they found it; closing it checks console and requests."""
    with opened(report) as found:
        yield found


def names(page, table):
    """First column of a table, visible rows only."""
    return page.locator(f"#{table} tbody tr:visible td:first-child bdi").all_inner_texts()


def test_every_figure_is_drawn(page):
    """Each figure holds marks: lines, points or bars, not just axes."""
    marks = "f.querySelectorAll(':is(.plot, .treemaplayer) :is(path, image)').length"
    drawn = page.eval_on_selector_all("figure.plot", f"all => all.map(f => [f.id, {marks}])")
    least = {
        "figure-cost": 3, "figure-curves": 3, "figure-profiles": 3, "figure-confusion": 1,
        "figure-reliability": 3, "figure-blocks": 5, "figure-throughput": 3, "figure-phases": 3,
        "figure-roofline": 3,
    }  # fmt: skip
    assert [name for name, _ in drawn] == list(least)
    assert all(marks >= least[name] for name, marks in drawn)


def test_the_first_screen_answers(page):
    """Title, conclusion and ranking are visible without scrolling, and the figure begins there."""
    for selector in ("h1", ".conclusion", "#ranking tbody tr:last-child", "#figure-cost .controls"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] + box["height"] < 900, selector


def test_switches_change_what_is_drawn(page):
    """Loss instead of accuracy, and seconds instead of epochs, on the same figure."""
    title = page.locator("#figure-curves .ytitle")
    assert title.text_content() == "Accuracy"
    page.locator("#figure-curves label", has_text="Loss").click()
    page.locator("#figure-curves label", has_text="Training time").click()
    until(page, "document.querySelector('#figure-curves .ytitle').textContent === 'Loss (nats)'")
    against = "document.querySelector('#figure-curves .xtitle').textContent"
    until(page, f"{against}.includes('Seconds of training')")
    page.locator("#figure-curves label", has_text="Accuracy").click()
    page.locator("#figure-curves label", has_text="Epochs").click()


def test_the_legend_hides_an_architecture_in_every_figure(page):
    """One press takes its traces away everywhere, another brings them back; phases have no architecture."""
    canvases = "[...document.querySelectorAll('.canvas')]"
    traces = f"{canvases}.map(canvas => canvas.data.filter(trace => trace.name === 'CNN').length)"
    before = page.evaluate(traces)
    button = page.locator("#figure-cost .legend button", has_text=re.compile("^CNN$"))
    button.click()
    assert not any(page.evaluate(traces))
    assert page.locator("#figure-curves .legend button[aria-pressed=false]").count() == 1
    button.click()
    assert page.evaluate(traces) == before == [1, 1, 1, 0, 1, 0, 1, 0, 1], "chosen by a switch"


def test_tables_sort_by_exact_value(page):
    """Params sort as numbers, largest first, then smallest first; the header says which."""
    header = page.locator("#table-cost th", has_text="Params").first
    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert names(page, "table-cost") == ["ResNet, MLP head", "ResNet", "CNN"]
    header.locator("button").press("Enter")
    assert header.get_attribute("aria-sort") == "ascending"
    assert names(page, "table-cost") == ["CNN", "ResNet", "ResNet, MLP head"]


def test_absent_values_sort_last(page):
    """A trial without a result stays at the end in both directions."""
    button = page.locator("#table-trials th", has_text="Training").locator("button")
    for _ in range(2):
        button.click()
        last = page.locator("#table-trials tbody tr:last-child")
        assert "out of memory" in last.inner_text()


def test_tables_filter(page):
    """Only rows that contain the text remain; an empty filter shows all."""
    box = page.get_by_label("Filter rows of table-trials")
    box.fill("failed")
    assert names(page, "table-trials") == ["ResNet, MLP head"]
    box.fill("")
    assert len(names(page, "table-trials")) == 9


@pytest.mark.parametrize(("kind", "start"), [("CSV", "Architecture,"), ("Markdown", "| Architecture |")])
def test_tables_are_copied(page, kind, start):
    """CSV carries exact values, Markdown what is shown."""
    page.evaluate("document.getElementById('said').textContent = ''")  # of an earlier copy
    page.locator("[data-table=table-cost] .copy", has_text=kind).click()
    until(page, "document.getElementById('said').textContent === 'Copied'")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith(start)
    assert ("81578" if kind == "CSV" else show.count(81578)) in text
    assert ('"ResNet, MLP head"' if kind == "CSV" else "| ResNet, MLP head |") in text


def test_resting_on_a_number_shows_it_in_full(page):
    """A rounded cell tells its exact value."""
    cell = page.locator("#table-cost tbody td.number").first
    cell.hover()
    assert cell.get_attribute("title") == cell.get_attribute("data-value") == "81578"


def test_the_theme_switches_and_recolours_figures(page):
    """Paper and lines change together, and back."""
    paper = "getComputedStyle(document.body).backgroundColor"
    line = "document.querySelector('#figure-curves .canvas').data.find(t => t.name === 'CNN').line.color"
    light = page.evaluate(f"[{paper}, {line}]")
    page.locator("#theme").click()
    dark = page.evaluate(f"[{paper}, {line}]")
    assert light[0] != dark[0]
    assert light[1] != dark[1]
    page.locator("#theme").click()
    assert page.evaluate(f"[{paper}, {line}]") == light


def test_every_section_can_be_linked_to(page):
    """The contents name each section by an anchor that exists, and each heading links to itself."""
    targets = page.eval_on_selector_all(".contents a, h2 a", "all => all.map(a => a.getAttribute('href'))")
    sections = page.eval_on_selector_all("main > section", "all => all.map(s => '#' + s.id)")
    assert set(targets) == set(sections)
    assert len(sections) >= 10


def test_numbers_in_the_page_equal_the_records(page, run):
    """To the digit shown: accuracy of each trial, exact counts, seconds, speeds; read from both ends."""
    done = [record for record in run.records() if record.status == "done"]
    for record in done:
        row = page.locator("#table-trials tbody tr", has_text=record.trial_id)
        shown = row.locator("td").all_inner_texts()
        assert show.percent(record.training.last.test_accuracy) in shown
        assert show.percent(record.training.best.test_accuracy) in shown
        assert show.seconds(record.training.train_seconds) in shown
    for label in ("CNN", "ResNet", "ResNet, MLP head"):
        mine = [record for record in done if record.trial.label == label]
        (row,) = (
            row.locator("td").all_inner_texts()
            for row in page.locator("#table-cost tbody tr").all()
            if row.locator("bdi").first.inner_text() == label
        )
        static = mine[0].static
        for count in (static.params, static.params_body, static.macs, static.flops, static.activations):
            assert show.count(count) in row
        mean = sum(record.training.last.test_accuracy for record in mine) / len(mine)
        assert show.percent(mean).split()[0].rstrip("\u202f%") in page.locator("#ranking").inner_text()


def test_a_failed_trial_is_a_visible_hole(page):
    """Its row gives the reason, the ranking counts it, and the first screen says so."""
    assert "out of memory" in page.locator("#table-trials tr", has_text="failed").inner_text()
    assert page.locator("#ranking .tone.bad").inner_text() == "2 of 3: 1 failed"
    assert "missing trials" in page.locator(".caveats").inner_text()


def test_the_suite_is_verbatim(page):
    """As the user wrote it."""
    assert page.locator("#suite pre").first.inner_text() == 'title = "as the user wrote it"\n'


def test_a_deep_link_opens_at_its_section(opened, report):
    """`report.html#claims` shows the claims; in dark if the system is dark."""
    with opened(report, scheme="dark", fragment="#claims") as page:
        until(page, "Math.abs(document.getElementById('claims').getBoundingClientRect().top) < 450")
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_phone_scrolls_tables_inside_their_box(opened, report):
    """At 390 pixels the page has no horizontal scroll, and wide tables have one of their own."""
    with opened(report, width=390, height=844) as page:
        width, window = page.evaluate(WIDTHS)
        assert width == window
        assert page.evaluate(
            "[...document.querySelectorAll('.scroll')].some(s => s.scrollWidth > s.clientWidth)"
        )
