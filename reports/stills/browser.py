"""Plotly figures to image files, in one headless browser, through kaleido."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from types import ModuleType
from typing import Any

from bench.errors import DependencyError

ADVICE = (
    "install Chrome or Chromium, or name one: BROWSER_PATH=/path/to/chromium; "
    "`kaleido_get_chrome` downloads one"
)

TIMEOUT = 90
"""Seconds for one image, on a busy machine."""


def images(figures: Iterable[tuple[str, dict[str, Any]]], kind: str, scale: float) -> list[tuple[str, bytes]]:
    """Name and file content of each figure, drawn without a network.

    Args:
        figures: Names, and figures with width and height.
        kind: "svg" or "png".
        scale: Pixels of a bitmap for each pixel of the layout.

    Raises:
        DependencyError: There is no kaleido or no browser, or the browser cannot draw.
    """
    work = _images(_kaleido(), list(figures), kind, scale)
    with ThreadPoolExecutor(1) as thread:  # the caller's may have an event loop already, as in a notebook
        return thread.submit(asyncio.run, work).result()


def _kaleido() -> ModuleType:
    try:
        kaleido = import_module("kaleido")
        import_module("kaleido.errors")
    except ImportError as error:
        raise DependencyError(
            f"figures as files need kaleido ({error}): pip install 'archbench[figures]'; "
            "it draws with Chrome or Chromium"
        ) from error
    for name in ("kaleido", "choreographer"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong is raised as well
    return kaleido


async def _images(
    kaleido: ModuleType, figures: list[tuple[str, dict[str, Any]]], kind: str, scale: float
) -> list[tuple[str, bytes]]:
    errors = kaleido.errors
    try:
        # Without mathjax=False the page would ask the network for it. Kaleido leaves Chrome's sandbox off by
        # default, so that it works as root and in containers; the page it opens is its own.
        async with kaleido.Kaleido(mathjax=False, timeout=TIMEOUT) as drawing:
            return [
                (name, await drawing.calc_fig(figure, opts={"format": kind, "scale": scale}))
                for name, figure in figures
            ]
    except errors.ChromeNotFoundError as error:
        raise DependencyError(f"figures as files need a browser, and none was found: {ADVICE}") from error
    except (errors.BrowserFailedError, errors.BrowserClosedError, TimeoutError, OSError) as error:
        raise DependencyError(
            f"the browser that draws the figures failed ({_first(error)}): {ADVICE}"
        ) from error
    except (errors.KaleidoError, errors.JavascriptError) as error:
        raise DependencyError(f"kaleido cannot draw a figure: {_first(error)}") from error


def _first(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
