"""What MkDocs calls while it builds the site: pages that are made, and the pages of the repository's root."""

from __future__ import annotations

import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

import columns  # noqa: E402 - found by the line above
import command_line  # noqa: E402
import links  # noqa: E402
import suite_keys  # noqa: E402


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that have no file below docs/."""
    made = {
        "reference/suite.md": suite_keys.page(),
        "reference/commands.md": command_line.page(),
        "reference/columns.md": columns.page(),
        "contributing.md": (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").replace("](docs/", "]("),
        "changelog.md": (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("](docs/", "]("),
    }
    for path, text in made.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_post_build(config: MkDocsConfig) -> None:
    """Fail where the finished pages have a link, an image or an anchor that leads nowhere."""
    broken = links.broken(Path(config.site_dir))
    if broken:
        raise SystemExit("\n".join(["links that lead nowhere:", *broken]))
