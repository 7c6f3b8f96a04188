"""The page for readers without a mouse, without full sight, or with a small screen."""

from __future__ import annotations

import pytest
from waiting import until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def wide(opened, full_report):
    """The page with every section on a desktop; each test leaves it as it found it."""
    with opened(full_report) as found:
        yield found


@pytest.fixture(scope="module")
def narrow(opened, full_report):
    """The same on a phone."""
    with opened(full_report, width=390, height=844) as found:
        yield found


def fold(page, *, opened):
    """Open or close all folds."""
    page.evaluate("now => document.querySelectorAll('details').forEach(one => { one.open = now })", opened)


def in_theme(page, theme):
    """Switch to a theme by its button."""
    if page.evaluate("document.documentElement.dataset.theme") != theme:
        page.locator("#theme").click()


def test_the_first_key_leads_past_the_contents(wide):
    """Tab shows a link; it leads to the result, and the next stop is inside it."""
    wide.keyboard.press("Tab")
    skip = wide.locator(".skip")
    assert skip.evaluate("link => link === document.activeElement")
    box = skip.bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0
    wide.keyboard.press("Enter")
    wide.keyboard.press("Tab")
    assert wide.evaluate("document.activeElement.closest('#overview') !== null")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_axe_finds_nothing(request, size, theme):
    """No violation of any rule of axe-core, in either theme and width; folds are open in half of these."""
    sync_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = request.getfixturevalue(size)
    in_theme(page, theme)
    if (size == "wide") == (theme == "light"):
        fold(page, opened=True)
    drawings = {"exclude": [".main-svg"]}  # what is in them, tables say
    found = sync_playwright.Axe().run(page, context=drawings).response["violations"]
    fold(page, opened=False)
    in_theme(page, "light")
    assert [(fault["id"], fault["impact"], fault["nodes"][0]["html"][:200]) for fault in found] == []


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("folds", ["open", "closed"])
def test_no_width_needs_sideways_scrolling(request, size, folds):
    """Whatever is folded open."""
    page = request.getfixturevalue(size)
    fold(page, opened=folds == "open")
    assert page.evaluate("document.documentElement.scrollWidth === innerWidth")
    fold(page, opened=False)


def test_every_stop_of_the_keyboard_can_be_seen(wide):
    """Links, buttons, switches, boxes and folds have an outline while they have the focus."""
    wide.keyboard.press("Tab")  # from now on the browser treats focus as the keyboard's
    unseen = wide.evaluate(
        """[...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")].filter(stop => {
          stop.focus({ preventScroll: true });
          const seen = stop.matches(".switch input") ? stop.nextElementSibling : stop;
          const style = getComputedStyle(seen);
          const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
          return stop.checkVisibility() && !outlined;
        }).map(stop => stop.outerHTML.slice(0, 120))"""
    )
    assert unseen == []


def test_everything_works_by_keyboard(wide):
    """A switch by arrow, sorting and the legend by Enter or Space, a fold by Enter, the theme by Space."""
    wide.locator("#figure-cost input").first.focus()
    wide.keyboard.press("ArrowRight")
    assert wide.locator("#figure-cost .xtitle").text_content() == "MACs per image, forward"
    wide.keyboard.press("ArrowLeft")
    header = wide.locator("#ranking th").first
    header.locator("button").press("Space")
    assert header.get_attribute("aria-sort") == "ascending"
    entry = wide.locator("#figure-cost .legend button").first
    entry.press("Enter")
    assert entry.get_attribute("aria-pressed") == "false"
    entry.press("Space")
    assert entry.get_attribute("aria-pressed") == "true"
    summary = wide.locator("#cost summary").first
    summary.press("Enter")
    assert wide.locator("#cost details").first.get_attribute("open") is not None
    summary.press("Enter")
    theme = "document.documentElement.dataset.theme"
    before = wide.evaluate(theme)
    wide.locator("#theme").press("Space")
    assert wide.evaluate(theme) != before
    wide.locator("#theme").press("Space")


def test_a_figure_is_saved_by_keyboard(wide):
    """As SVG, under its name, without a network."""
    with wide.expect_download() as download:
        wide.locator("#figure-cost .save").press("Enter")
    assert download.value.suggested_filename == "figure-cost.svg"
    assert "<svg" in download.value.path().read_text()


def test_everything_can_be_linked_to(wide):
    """Sections, tables and figures show a sign that links to them."""
    for kind, anchor in (("main > section > h2", "a"), ("figure.plot", ".anchor"), (".table", ".anchor")):
        missing = wide.eval_on_selector_all(
            kind,
            """(all, anchor) => all.filter(one => {
                 const link = one.querySelector(anchor);
                 const wanted = one.querySelector("table")?.id || one.id || one.closest("section").id;
                 return link.getAttribute("href") !== "#" + wanted || !document.getElementById(wanted)
                   || !link.textContent.endsWith("#");
               }).map(one => one.outerHTML.slice(0, 120))""",
            anchor,
        )
        assert missing == []


def test_links_lead_there(wide):
    """To each section, which the contents then mark, and to a table, whose fold opens."""
    wide.evaluate("history.replaceState(null, '', location.pathname)")
    sections = wide.eval_on_selector_all("main > section", "all => all.map(one => one.id)")
    for section in sections:
        wide.evaluate("id => { location.hash = id }", section)
        until(
            wide,
            f"""(() => {{
          const top = document.getElementById("{section}").getBoundingClientRect().top;
          const end = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
          const marked = document.querySelector(".contents [aria-current]").getAttribute("href");
          return marked === "#{section}" && ((-1 <= top && top <= 60) || (end && top < 900));
        }})()""",
            """[location.hash, document.querySelector(".contents [aria-current]").getAttribute("href"),
                innerHeight, scrollY, document.documentElement.scrollHeight,
                ...[...document.querySelectorAll("main > section")].map(one => one.offsetTop)]""",
        )
    wide.evaluate("location.hash = 'table-layers-1'")
    until(wide, "document.getElementById('table-layers-1').closest('details').open")
    until(
        wide,
        """(() => {
      const top = document.getElementById("table-layers-1").getBoundingClientRect().top;
      return 0 <= top && top < 900;
    })()""",
    )
    wide.evaluate("history.replaceState(null, '', location.pathname)")
    fold(wide, opened=False)


def test_a_link_keeps_its_place_until_the_reader_moves(opened, full_report):
    """What grows above the target pushes it down in browsers without scroll anchoring; the page follows."""
    with opened(full_report) as page:
        page.evaluate("document.documentElement.style.overflowAnchor = 'none'")
        page.evaluate("location.hash = 'convergence'")
        top = "Math.round(document.getElementById('convergence').getBoundingClientRect().top)"
        until(page, f"Math.abs({top} - 24) <= 2")
        page.evaluate("document.querySelector('main > section').style.paddingBottom = '500px'")
        until(page, f"Math.abs({top} - 24) <= 2")
        page.mouse.wheel(0, 300)
        until(page, f"{top} < -100")
        before = page.evaluate(top)
        page.evaluate("document.querySelector('main > section').style.paddingBottom = '900px'")
        until(page, f"{top} === {before} + 400")


def test_paper_is_white_complete_and_wide_enough(wide):
    """In print, out of the dark theme: light, folds open, nothing beyond the margins; then as before."""
    in_theme(wide, "dark")
    open_folds = "document.querySelectorAll('details[open]').length"
    width = "document.querySelector('#figure-cost .main-svg').getBoundingClientRect().width"
    before = wide.evaluate(f"[{open_folds}, {width}]")
    wide.emulate_media(media="print")
    wide.set_viewport_size({"width": 688, "height": 1000})  # A4 between its margins
    until(wide, "document.querySelectorAll('details:not([open])').length === 0")
    until(
        wide,
        """[...document.querySelectorAll("table, .main-svg, pre")].every(one => {
      const box = one.getBoundingClientRect();
      return box.width === 0 || box.right <= innerWidth + 1;
    })""",
    )
    assert wide.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    soft = "getComputedStyle(document.documentElement).getPropertyValue('--soft').trim()"
    until(wide, f"document.querySelector('#figure-cost .canvas').layout.font.color === {soft}")
    wide.set_viewport_size({"width": 1440, "height": 900})
    wide.emulate_media(media="screen")
    until(wide, f"{open_folds} === {before[0]} && {width} === {before[1]}")
    assert wide.evaluate("document.documentElement.dataset.theme") == "dark"
    in_theme(wide, "light")


def test_a_printed_page_leaves_the_screen_as_it_was(wide):
    """The browser's own way to PDF."""
    width = "document.querySelector('#figure-cost .main-svg').getBoundingClientRect().width"
    before = wide.evaluate(width)
    assert wide.pdf(format="A4").startswith(b"%PDF")
    until(wide, f"{width} === {before} && document.querySelectorAll('details[open]').length === 0")
