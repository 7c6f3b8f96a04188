"""A real browser, and a page in it that has no network."""

from __future__ import annotations

import shutil
from contextlib import contextmanager

import pytest
from factories import document, write_run
from waiting import PATIENCE, until

import reports

DRAWN = "[...document.querySelectorAll('figure.plot')].every(one => one.querySelector('.main-svg path'))"


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; where there is none, the tests that need it are skipped and say so."""
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_api.sync_playwright() as playwright:
        try:
            running = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox"], timeout=1000 * PATIENCE
            )
        except sync_api.Error as error:
            pytest.skip(f"no Chromium: {str(error).splitlines()[0]}")
        yield running
        running.close()


@pytest.fixture(scope="session")
def opened(browser):
    """Opens a report from disk without a network, fails on any complaint of the browser."""

    @contextmanager
    def open_page(path, width=1440, height=900, scheme="light", fragment=""):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_offline(True)
        context.set_default_timeout(1000 * PATIENCE)
        page = context.new_page()
        requests, complaints = [], []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog {dialog.message}"))
        page.goto(path.as_uri() + fragment)
        until(page, DRAWN)
        yield page
        context.close()
        assert complaints == []
        assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []

    return open_page


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """The example run, in which one trial failed."""

    def change(record):
        if (record.trial.label, record.trial.seed) != ("ResNet, MLP head", 2):
            return record
        return record.model_copy(update={"status": "failed", "reason": "out of memory", "training": None})

    return write_run(
        tmp_path_factory.mktemp("runs"), document(), change, text='title = "as the user wrote it"\n'
    )


@pytest.fixture(scope="session")
def report(run):
    """Its report."""
    return reports.write_report(run)


@pytest.fixture(scope="session")
def full_report(tmp_path_factory):
    """The report of a run in which everything was measured, so that it has every section."""
    extras = dict.fromkeys(("gradient_flow", "profile", "loss_landscape"), True)
    measure = {"convergence": {"targets": [0.6, 0.7]}, **extras}
    recipe, entries = {"epochs": 4, "seeds": [0, 1]}, document()["architectures"][:2]
    suite = document(measure=measure, recipe=recipe, architectures=entries)
    return reports.write_report(write_run(tmp_path_factory.mktemp("full"), suite))
