"""The served page in a browser: it renews itself, and the reader stays where they were."""

from __future__ import annotations

import pytest
from factories import document, write_run, write_trial
from waiting import PATIENCE, until

import reports
from reports.server import ReportServer

pytestmark = pytest.mark.browser

DRAWN = "[...document.querySelectorAll('figure.plot')].every(one => one.querySelector('.main-svg path'))"


@pytest.fixture
def run(tmp_path):
    """A run of two architectures and two seeds, of which the last trial is still running."""
    suite = document(
        recipe={"epochs": 3, "seeds": [0, 1]}, architectures=document()["architectures"][:2], claims=[]
    )
    *_, last = (trial for trial in write_run(tmp_path / "plan", suite).info.plan)
    run = write_run(tmp_path, suite, lambda record: None if record.trial == last else record)
    reports.write_report(run, {last.folder: "running"})
    return run


def test_the_page_renews_itself_and_keeps_the_reader_in_place(browser, run):
    """After a trial its row changes without a hand; switches, folds, order, focus and place are as before."""
    last = run.info.plan[-1]
    news = ["ResNet, seed 1: epoch 2 of 3 done"]
    with ReportServer(run.folder / "report.html", lambda: news[0], port=0) as server:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(1000 * PATIENCE)
        page = context.new_page()
        complaints, asked = [], []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(server.url)
        until(page, DRAWN)
        until(page, "document.querySelector('.live').textContent.includes('epoch 2 of 3')")
        assert page.locator("#table-trials .tone", has_text="running").count() == 1
        assert page.locator(".conclusion").inner_text().startswith("The run goes on: 1 of 4 trials")
        page.locator("#figure-curves label", has_text="Loss").click()
        page.locator("#cost summary").first.click()
        page.locator("#ranking th button").first.click()
        page.locator("#theme").click()
        page.locator("#figure-curves label", has_text="Training time").click()
        page.evaluate("scrollTo({ top: document.getElementById('trials').offsetTop, behavior: 'instant' })")
        top = "document.getElementById('trials').getBoundingClientRect().top"
        before = page.evaluate(top)

        write_trial(run, last)
        reports.write_report(run)
        news[0] = "the run has ended"
        page.locator("#table-trials .tone.good").nth(3).wait_for()
        page.locator(".live", has_text="the run has ended").wait_for()
        until(page, DRAWN)
        until(page, f"Math.abs({top} - {before}) < 3")
        assert page.locator("#figure-curves .ytitle").text_content() == "Loss (nats)"
        assert page.locator("#cost details").first.get_attribute("open") is not None
        assert page.locator("#ranking th").first.get_attribute("aria-sort") == "ascending"
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert page.evaluate("document.activeElement.closest('[data-switch=against]') !== null")
        assert complaints == []
        assert {url for url in asked if not url.startswith(("data:", "blob:"))} == {
            server.url, f"{server.url}state",
        }  # fmt: skip
    until(page, "document.querySelector('.live').textContent.startsWith('No longer live')")
    context.close()
