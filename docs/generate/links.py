"""Links of a built site that lead nowhere, found without a network."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from typing_extensions import override


class Page(HTMLParser):
    """What a page refers to, and the anchors it has."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.anchors = {"", "__skip"}  # the second is made by a script of the theme
        self.feed(file.read_text(encoding="utf-8"))

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value is not None:
                self.targets.append(value)
            elif name in ("id", "name") and value:
                self.anchors.add(value)


def broken(site: Path) -> list[str]:
    """Each as "page: target". Other sites are not asked, and the page for errors has no place of its own."""
    pages = {file.resolve(): Page(file) for file in site.rglob("*.html") if file.name != "404.html"}
    found = []
    for file, page in pages.items():
        for target in page.targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            place = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            anchors = pages[place].anchors if place in pages else None
            if not place.exists() or (anchors is not None and unquote(parts.fragment) not in anchors):
                found.append(f"{file.relative_to(site.resolve())}: {target}")
    return sorted(set(found))
