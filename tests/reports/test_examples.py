"""Example images on the page."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from example_runs import IMAGES, decoded, predicted_run
from factories import architectures
from PIL import Image

import reports
from bench.analysis.tables import load
from bench.commands.example_images import keep_examples
from bench.commands.verify import verify
from bench.data import loading
from reports.elements import Fold, Gallery, Sheet
from reports.sections.examples import SHOWN, examples

HOSTILE = (
    "</svg><script>alert(1)</script>",
    '"><image href=x onerror=alert(2)>',
    "\u202eleft & <b>",
    "W" * 200,
)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Tables of a run with example images of some shape, and classes of some name."""

    def make(channels=3, side=32, classes=None, **changes):
        def change(record):
            data = record.data.model_copy(update={"classes": classes or record.data.classes})
            return record.model_copy(update={"data": data})

        monkeypatch.setattr(loading, "load_decoded", lambda *_, **__: decoded(channels, side))
        run = predicted_run(tmp_path, change=change, **changes)
        assert keep_examples(run, None) is None
        return load(run)

    return make


def pictures(section):
    """All pictures of the section, by the heading of their row."""
    galleries = [part for part in section.parts if isinstance(part, Gallery)]
    galleries += [inner for part in section.parts if isinstance(part, Fold) for inner in part.parts]
    return {row.title: row.pictures for gallery in galleries for row in gallery.rows}


def test_a_picture_says_what_was_said_of_it(kept):
    """True class, wrong class with confidence, and number; in words for those who cannot see it."""
    found = pictures(examples(kept()))
    first = found["CNN"][0]
    ((said, right),) = first.answers
    assert not right
    assert re.fullmatch(r"(airplane|automobile|bird|cat), 9\d\.\d\u202f%", said)
    assert first.alt.startswith(
        f"Test image {first.note.removeprefix('no. ')}, true class {first.true}. CNN: "
    )
    right, wrong = found["CNN right, ResNet wrong"][0].answers
    assert (right[1], wrong[1]) == (True, False)
    assert len({title for title in found if "right" in title}) >= 3


def test_seeds_that_do_not_agree_are_counted(tmp_path, monkeypatch):
    """Two of three seeds are wrong."""

    def say(label, seed):
        said = np.zeros(IMAGES, dtype=int) if seed else np.arange(IMAGES) % 4
        return said, np.full(IMAGES, 0.8)

    monkeypatch.setattr(loading, "load_decoded", lambda *_, **__: decoded())
    run = predicted_run(
        tmp_path, say, recipe={"epochs": 2, "seeds": [0, 1, 2]}, architectures=architectures(1)
    )
    keep_examples(run, None)
    (shown,) = pictures(examples(load(run))).values()
    assert all(text.endswith("(2 of 3 wrong)") for picture in shown for text, _ in picture.answers)


@pytest.mark.parametrize(("channels", "side", "shown"), [(1, 8, 96), (1, 28, 84), (3, 32, 96), (3, 96, 128)])
def test_pictures_are_enlarged_by_whole_multiples(kept, channels, side, shown):
    """So that pixels stay squares; large images come at 64 pixels, shown twice as large."""
    section = examples(kept(channels, side))
    sizes = {picture.size for row in pictures(section).values() for picture in row}
    assert sizes == {(shown, shown)}
    assert shown / SHOWN < 1.5


def test_every_picture_lies_in_the_sheet(kept):
    """Embedded once, below 100 kB, however often its images are shown."""
    tables = kept()
    section = examples(tables)
    (sheet,) = (part for part in section.parts if isinstance(part, Sheet))
    assert len(sheet.data) <= 100_100
    for row in pictures(section).values():
        for left, top, width, height in (picture.box for picture in row):
            assert 0 <= left <= sheet.width - width
            assert 0 <= top <= sheet.height - height
    assert reports.render(tables).count(sheet.data) == 1


def test_the_written_report_shows_them(tmp_path, monkeypatch):
    """The file beside the records, however it is made, has the section."""
    monkeypatch.setattr(loading, "load_decoded", lambda *_, **__: decoded())
    run = predicted_run(tmp_path)
    keep_examples(run, None)
    path = reports.write_report(run)
    assert 'id="examples"' in path.read_text()
    assert verify(path) == 0


def test_a_run_without_examples_has_no_section(tmp_path):
    """As runs from before there were any."""
    tables = load(predicted_run(tmp_path))
    assert examples(tables) is None
    assert 'id="examples"' not in reports.render(tables)


def test_hostile_classes_stay_text(kept):
    """In the caption and in the description."""
    page = reports.render(kept(classes=HOSTILE))
    section = re.search(r'<section id="examples">.*?</section>', page, re.DOTALL)[0]
    assert "<script>" not in section
    assert "<image href=x" not in section
    assert "&lt;script&gt;alert(1)" in section


@pytest.mark.browser
def test_pictures_are_seen(opened, kept, tmp_path):
    """Each shows its own brightness and not the paper; nothing is wider than the page."""
    path = tmp_path / "page.html"
    path.write_text(reports.render(kept(classes=HOSTILE)), encoding="utf-8")
    with opened(path, width=390, scheme="dark") as page:
        picture = page.locator("#examples .pictures svg").first
        number = int(re.search(r"image (\d+)", picture.get_attribute("aria-label"))[1])
        pixels = np.asarray(Image.open(io.BytesIO(picture.screenshot())).convert("L"))
        assert pixels[len(pixels) // 2, len(pixels) // 2] == pytest.approx(10 * number, abs=3)
        box = picture.bounding_box()
        assert box["width"] == pytest.approx(box["height"], abs=1)
        wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide == window
