"""Text that a user wrote, or found: shown as it is, whatever it holds."""

from __future__ import annotations

import pytest
from factories import architectures, document, write_run
from waiting import until

import reports
from reports.figures.spec import short

pytestmark = pytest.mark.browser

HOSTILE = (
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(2)> ' onfocus='alert(3)",
    "<b>bold</b> & {{ 7*7 }} {% raw %} `|*_[x](javascript:alert(4))",
    "${alert(5)} $x^2$ %{y} &lt;",
    "\u202eright to left\u2067 \u05e9\u05dc\u05d5\u05dd \u200f",
    "\U0001f600 emoji \u2028 line --> <!-- ]]>",
    "=HYPERLINK(A1)",
    "var(--paper)",
    "@0",
    "W" * 200,  # the longest label that a suite may have
)
CLASSES = (*HOSTILE[:-1], "W" * 500)


@pytest.fixture(scope="module")
def page(opened, tmp_path_factory):
    """A page on a phone, in which labels, title, classes, reasons, sources, data and suite are hostile.

    Closing it fails where anything ran that opened a dialog, complained, or asked the network.
    """
    entries = [
        entry | {"label": label} for entry, label in zip(architectures(len(HOSTILE)), HOSTILE, strict=True)
    ]
    poison = "".join(HOSTILE)
    claims = [
        {"architecture": label, "metric": "test_accuracy", "value": 0.7, "source": poison}
        for label in HOSTILE
    ]
    suite = document(
        title=poison[:500], description=poison, architectures=entries, claims=claims, recipe={"epochs": 3}
    )

    def change(record):
        data = record.data.model_copy(update={"classes": CLASSES, "note": poison, "name": poison})
        record = record.model_copy(update={"data": data})
        if record.trial.seed == 2:
            return record.model_copy(update={"status": "failed", "reason": poison})
        return record

    report = reports.write_report(write_run(tmp_path_factory.mktemp("hostile"), suite, change, text=poison))
    with opened(report, width=390, height=844) as found:
        yield found


def squeezed(text):
    """A text without its spaces, which lay-out may change."""
    return "".join(text.split())


def test_nothing_became_markup(page):
    """No element came from a text, and the title is one."""
    made = "script:not([type='application/gzip']), img, b, iframe, [onerror], [onfocus]"
    assert page.locator(f"main :is({made})").count() == 0
    assert page.title().startswith("</script>")


def test_tables_and_switches_show_labels_as_they_are(page):
    """Letter by letter."""
    cells = page.locator("#table-cost tbody td:first-child bdi").all_text_contents()
    assert [squeezed(cell) for cell in cells] == [squeezed(label) for label in HOSTILE]
    options = page.locator("#figure-confusion [data-switch=of] label span").all_text_contents()
    assert [squeezed(option) for option in options] == [squeezed(short(label)) for label in HOSTILE]


def test_figures_show_labels_as_they_are(page):
    """Plotly reads a little HTML in every text; here it finds none; ticks are short labels."""
    for figure, axis, names, length in (("throughput", "y", HOSTILE, 22), ("confusion", "x", CLASSES, 14)):
        ticks = page.locator(f"#figure-{figure} .{axis}tick text").all_text_contents()
        assert [squeezed(tick) for tick in ticks] == [squeezed(short(name, length)) for name in names]


def test_a_phone_shows_it_without_sideways_scrolling(page):
    """Five hundred letters without a space are broken or cut, folds open or not."""
    for state in ("true", "false"):
        page.evaluate(f"document.querySelectorAll('details').forEach(fold => {{ fold.open = {state} }})")
        assert page.evaluate("document.documentElement.scrollWidth === innerWidth")


def test_copies_are_harmless(page):
    """In CSV no cell is a formula, in Markdown every sign is itself and no direction turns."""
    texts = {}
    for kind in ("csv", "markdown"):
        page.evaluate("document.getElementById('said').textContent = ''")
        page.locator(f"[data-table=table-cost] [data-format={kind}]").click()
        until(page, "document.getElementById('said').textContent === 'Copied'")
        texts[kind] = page.evaluate("navigator.clipboard.readText()")
    assert "\n'=HYPERLINK(A1)," in texts["csv"]
    assert "\n'@0," in texts["csv"]
    lines = texts["markdown"].splitlines()
    assert len(lines) == 2 + len(HOSTILE)
    assert r"\</script\>\<script\>" in lines[2]
    assert r"\${alert(5)} \$x^2\$ %{y} \&lt;" in lines[5]
    assert not set("\u202e\u2067\u200f") & set(texts["markdown"])
