"""A run inside a notebook's page."""

import pytest
from waiting import PATIENCE

from bench.analysis.tables import load
from reports.inline import fragment


@pytest.mark.browser
def test_the_figure_draws_itself_in_its_frame(browser, run):
    """Without a network, with nothing else of the page around it, and no wider than the notebook."""
    context = browser.new_context(viewport={"width": 900, "height": 1200})
    context.set_offline(True)
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_content(f"<!DOCTYPE html><body>{fragment(load(run))}</body>")
    frame = page.frame_locator("iframe")
    frame.locator("figure .main-svg path").first.wait_for(state="attached")
    assert frame.locator("figure .legend button").count() == 3
    assert not frame.locator("nav").is_visible()
    assert not frame.locator("h1").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("table tbody tr").count() == 3
    figure = frame.locator("figure").bounding_box()
    outer = page.locator("iframe").bounding_box()
    assert figure["y"] + figure["height"] <= outer["y"] + outer["height"]
    context.close()
    assert complaints == []
