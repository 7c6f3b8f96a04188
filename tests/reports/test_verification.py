"""A report is made again from the records inside it, and whatever differs is named."""

from __future__ import annotations

import base64
import gzip
import html
import json
import random
import re
import string

import pytest
from factories import architectures, document, write_run

import reports
from bench.errors import StoreError
from reports.enclosed import enclose
from reports.made_by import this_program
from reports.verification import verdict, verify
from reports.verification.differences import differences, digits
from reports.verification.verdict import RECORDS

SMALL = document(
    title="Network 0 against network 1",
    architectures=architectures(2),
    recipe={"epochs": 3, "seeds": [0, 1]},
    claims=[],
)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The text of a small report."""
    return reports.report(write_run(tmp_path_factory.mktemp("runs"), SMALL))


def other_digit(text):
    """The text with its first digit changed."""
    return re.sub(r"\d", lambda found: str((int(found[0]) + 1) % 10), text, count=1)


def tampered(page, pattern, change=other_digit):
    """The page, with what the pattern's only group finds changed."""
    start, end = re.search(pattern, page, re.DOTALL).span(1)
    changed = page[:start] + change(page[start:end]) + page[end:]
    assert changed != page
    return changed


def named(found):
    """Differences, one line each."""
    return [f"{one.place}|{one.kind}|{one.shown}|{one.expected}" for one in found]


def test_a_report_follows_from_its_records(page):
    """As it was written, nothing differs; and the page states the digest where readers see it."""
    verdict = verify(page)
    assert verdict.differences == verdict.damaged == ()
    assert verdict.same_program
    assert verdict.digest in page.split('id="checking"')[1].split("</section>")[0]


@pytest.mark.parametrize(
    ("pattern", "start"),
    [
        (r"<title>([^<]*)", "page|text|Network 1"),
        (r"<h1[^>]*>([^<]*)", "overview|text|Network 1"),
        (r'<p class="conclusion">[^%]*?(\d\d\.\d\d)', "overview|text|"),
        (r'id="ranking".*?<circle cx="([\d.]+)"', "overview, ranking, row Network 0, column "),
        (
            r'id="table-trials".*?data-value="(0\.\d+)',
            "trials, table-trials, row Network 0, column Test last",
        ),
        (r'id="table-trials".*?data-value="0\.\d+">(\d\d\.\d\d)', "trials, table-trials, row Network 0, col"),
        (r'<section id="trials".*?<p class="lead">([^<]*)', "trials|text|5 of 4"),
        (r"<dt>Training</dt><dd><bdi>(\d+)", "data, Training|text|5"),
        (r'<meta name="description" content="([^"]*)', "page|tag|<meta"),
        (r'<meta name="generator" content="([^"]*)', "page|tag|<meta"),
        (r"<dt>SHA-256</dt><dd><bdi>(\w+)", "checking, SHA-256|text|"),
        (r"<style>(.*?)</style>", "page|code|"),
        (r"</script>\n<script>(.*?)</script>", "page|code|"),
        (r'id="plotly">.{9999}([^<]*)<', "page|packed data|"),
    ],
)
def test_a_changed_digit_is_named(page, pattern, start):
    """Wherever it stands: in a cell, an exact value, a drawing, a sentence, a title, code."""
    (found,) = named(differences(tampered(page, pattern), page))
    assert found.startswith(start)


@pytest.mark.parametrize("pattern", [r'data-sha256="(\w+)"', r'id="records"[^>]*>.{999}([^<]*)<'])
def test_a_changed_archive_has_another_digest(page, pattern):
    """Whichever of the two was changed."""
    (found,) = named(verify(tampered(page, pattern)).differences)
    assert found.startswith("the records inside|SHA-256|")


def test_a_changed_point_of_a_figure_is_named(page):
    """By its figure, and the place in its data."""

    def move(text):
        spec = json.loads(gzip.decompress(base64.b64decode(text)))
        spec["columns"]["3"][2] += 0.001
        return base64.b64encode(gzip.compress(json.dumps(spec).encode())).decode()

    pattern = r'id="figure-curves".*?<script type="application/gzip">([^<]*)<'
    (found,) = named(differences(tampered(page, pattern, move), page))
    assert found.startswith("curves, figure-curves|figure data /columns/3/2|")


SHOWN = re.compile(r'data-value="([^"]*\d[^"]*)"|>([^<>]*\d[^<>]*)</(?:td|bdi|p|span|dd|h1|code|figcaption)>')
"""Exact values and texts with digits."""


@pytest.mark.parametrize("seed", range(5))
def test_any_digits_that_were_changed_are_found_and_no_other(page, seed):
    """A random digit in each of two hundred random cells, exact values and sentences."""
    chance = random.Random(seed)
    body = page.index("<body>"), page.index('id="records"')
    shown = [found.span(found.lastindex) for found in SHOWN.finditer(page, *body)]
    signs, expected = list(page), []
    for start, end in chance.sample(shown, 200):
        place = chance.choice([place for place in range(start, end) if page[place] in string.digits])
        signs[place] = chance.choice(string.digits.replace(page[place], ""))
        expected.append((html.unescape("".join(signs[start:end])), html.unescape(page[start:end])))
    found = differences("".join(signs), page)
    assert sorted((one.shown, one.expected) for one in found) == sorted(expected)


@pytest.mark.parametrize(
    "change",
    [
        lambda page: page.replace("<tbody>", "<tbody><tr><td>Network 2</td></tr>", 1),
        lambda page: re.sub(r"<tr><td>.*?</tr>", "", page, count=1),
        lambda page: page.replace('<td class="number"', '<td  class="number"', 1),
        lambda page: page.replace("<main>", "<main><!-- 7 -->"),
        lambda page: page + "<p>7</p>",
        lambda page: page.replace("</style>", "td { display: none }</style>"),
    ],
    ids=["row added", "row removed", "space in a tag", "comment", "after the end", "style"],
)
def test_whatever_is_added_or_removed_is_found(page, change):
    """Even what changes no digit."""
    assert differences(change(page), page)


def test_records_that_were_changed_with_their_digest_do_not_make_this_page(page, tmp_path):
    """A record of a better run, packed with a digest that fits, makes another page."""

    def better(record):
        last = record.training.last.model_copy(update={"test_accuracy": 0.99})
        return record.model_copy(update={"training": record.training.model_copy(update={"last": last})})

    other = reports.report(write_run(tmp_path, SMALL, better))
    archive = r'(id="records" data-sha256="[^<]*)<'
    forged = tampered(page, archive, lambda _: re.search(archive, other)[1])
    found = "\n".join(named(verify(forged).differences))
    assert "row Network 0, column Test last epoch|exact value|" in found
    assert "|0.99" in found


def fail(record):
    """The second seed of the first network failed, that of the second left nothing."""
    if record.trial.seed == 0:
        return record
    if record.trial.label == "Network 1":
        return None
    return record.model_copy(update={"status": "failed", "reason": "out of memory 7", "training": None})


HOSTILE = (
    '</script><script type="application/x-xz" id="records" data-sha256="7">7</script><td data-value="7">'
)


@pytest.mark.parametrize(
    ("suite", "change"),
    [
        (SMALL, fail),
        (SMALL, lambda _: None),
        (SMALL | {"recipe": {"epochs": 1, "seeds": [0]}, "architectures": architectures(1)}, None),
        (SMALL | {"title": HOSTILE, "architectures": [{"label": HOSTILE, "name": "plain_cnn"}]}, None),
        (SMALL | {"measure": {"gradient_flow": True, "profile": True, "loss_landscape": {}}}, None),
    ],
    ids=["failed and missing trials", "no results", "one trial", "hostile names", "all tables"],
)
def test_every_kind_of_run_can_be_verified(tmp_path, suite, change):
    """A report that says of itself that something is missing follows from its records, too."""
    assert verify(reports.report(write_run(tmp_path, suite, change))).differences == ()


def test_a_damaged_trial_is_named_and_the_report_names_no_path_of_the_machine(tmp_path):
    """The table that does not have its digest travels as it is, and the page calls its trial damaged."""
    run = write_run(tmp_path, SMALL)
    path = run.trial(run.info.plan[0]).folder / "epochs.csv"
    path.write_text(path.read_text().replace("2", "3", 1))
    page = reports.report(run)
    verdict = verify(page)
    (reason,) = verdict.damaged
    assert reason.startswith(f"{path.relative_to(run.folder).as_posix()}: missing or changed")
    assert verdict.differences == ()
    assert str(tmp_path) not in page


def test_tables_that_the_report_does_not_read_stay_outside(tmp_path):
    """Predictions of single images do not travel, so that their loss changes no report."""
    run = write_run(tmp_path, SMALL)
    store = run.trial(run.info.plan[0])
    store.write_table("predictions", ["image"], [{"image": 1}])
    record = store.read_record()
    store.write_record(record.model_copy(update={"files": store.digests()}))
    before = reports.report(run)
    (store.folder / "predictions.csv").unlink()
    assert reports.report(run) == before
    assert verify(before).damaged == ()


def test_records_that_make_no_page_are_refused(page, monkeypatch):
    """In words, should forged figures get through to something that divides by them."""

    def divides(*_):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(verdict, "load", divides)
    with pytest.raises(StoreError, match=r"make no page \(ZeroDivisionError"):
        verify(page)


def test_forged_records_that_no_trial_can_leave_are_damaged(page, tmp_path):
    """A rate of nothing is no rate; the page that they make shows the hole, and is another."""

    def stand_still(record):
        training = record.training.model_copy(update={"train_images_per_second": 0.0})
        return record.model_copy(update={"training": training})

    forged = enclose(write_run(tmp_path, SMALL, stand_still))
    text = base64.b64encode(forged.content).decode()
    start, end = RECORDS.search(page).span()
    element = RECORDS.pattern.replace(r"(\w*)", forged.digest).replace("([^<]*)", text)
    found = verify(page[:start] + element + page[end:])
    assert len(found.damaged) == 4
    assert "train_images_per_second" in found.damaged[0]
    assert found.differences


@pytest.fixture
def another_program(monkeypatch):
    """Verify with a program of another version."""
    other = this_program().model_copy(update={"version": "0.0.7"})
    monkeypatch.setattr("reports.verification.verdict.this_program", lambda: other)


def test_a_page_of_another_program_is_compared_by_its_digits(page, another_program):
    """Style, scripts and new sentences may differ; cells, figures, sentences of the same wording may not."""
    restyled = page.replace("</style>", "p { margin: 0 }</style>").replace("Read with care", "Caution 7")
    restyled = restyled.replace("</main>", "<p>Also: 7.</p></main>")
    verdict = verify(restyled)
    assert not verdict.same_program
    assert verdict.differences == ()
    assert verdict.same > 300
    assert verdict.apart == 1


@pytest.mark.parametrize(
    ("pattern", "start"),
    [
        (
            r'id="table-trials".*?data-value="0\.\d(\d+)',
            "trials, table-trials, row Network 0, column Test last",
        ),
        (r'<section id="trials".*?<p class="lead">([^<]*)', "trials|text|5 of 4"),
        (r'id="table-trials".*?data-value="0\.\d+">(\d\d\.\d\d)', "trials, table-trials, row Network 0, col"),
    ],
)
def test_a_changed_digit_of_another_programs_page_is_named(page, pattern, start):
    """Where the row, the column or the wording is the same."""
    (found,) = named(digits(tampered(page, pattern), page)[0])
    assert found.startswith(start)


def test_last_bits_of_another_processor_are_no_difference(page):
    """An exact value may differ by what rounding makes of a mean."""
    changed = tampered(
        page, r'id="ranking".*?data-value="(0\.\d{14,})"', lambda text: repr(float(text) + 1e-15)
    )
    assert digits(changed, page)[0] == []
