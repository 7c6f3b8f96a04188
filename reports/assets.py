"""The files that travel inside the page: style, script, and plotly, compressed."""

from __future__ import annotations

import base64
import gzip
import hashlib
from functools import lru_cache
from importlib import resources

from reports.palette import DARK, DARK_PAPER, LIGHT, LIGHT_PAPER, variables


def read(name: str) -> str:
    """A text file of this package."""
    return resources.files("reports").joinpath(name).read_text(encoding="utf-8")


def style() -> str:
    """The style sheet, with the palette filled in for both themes."""
    light = f"--paper:{LIGHT_PAPER};{variables(LIGHT)}"
    dark = f"--paper:{DARK_PAPER};{variables(DARK)}"
    return read("style.css").replace("/* light palette */", light).replace("/* dark palette */", dark)


def script() -> str:
    """The page's own script: first what works on tables and figures, then what finds the way in the page."""
    return read("script.js") + read("contents.js")


def icon() -> str:
    """The page's icon, two bars of the first two architectures' colours, as an address that holds it."""
    bars = ((2, 6, LIGHT[0]), (9, 1, LIGHT[1]))
    drawn = "".join(
        f"<rect x='{x}' y='{y}' width='5' height='{15 - y}' fill='{color}'/>" for x, y, color in bars
    )
    image = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>{drawn}</svg>"
    return f"data:image/svg+xml;base64,{base64.b64encode(image.encode()).decode()}"


@lru_cache(maxsize=1)
def plotly() -> tuple[str, str]:
    """Plotly's bundle, gzipped and in base64 (a third of its size), and the policy hash of its text.

    The page unpacks it, and every figure, with the browser's own DecompressionStream.
    """
    script = resources.files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()
    return packed(script), policy_hash(script)


def packed(content: bytes) -> str:
    """Gzipped and in base64; the same content always makes the same text."""
    return text(gzip.compress(content, compresslevel=9, mtime=0))


def text(content: bytes) -> str:
    """In base64, which no reader of HTML takes for anything but text."""
    return base64.b64encode(content).decode()


def policy_hash(script: bytes) -> str:
    """The source expression by which a content security policy lets exactly this script run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
