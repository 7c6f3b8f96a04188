"""One report over HTTP, for a browser on this machine only."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from typing_extensions import Self, override

from reports.live import WAITING, as_served

ADDRESS = "127.0.0.1"
PORT = 8642
"""Tried first, so that the address stays the same from run to run; where it is taken, any free one."""

NAMES = ("127.0.0.1", "localhost")
"""What a browser may have been told to visit; another name that leads here is an attack by DNS rebinding."""

PATIENCE = 10
"""Seconds a client may take to send its request."""

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class ReportServer(ThreadingHTTPServer):
    """Serves the report at `path`, and what is new, from a thread of this process until it is closed.

    Args:
        path: report.html; it may not exist yet, and may be replaced at any time.
        news: What the run is doing, in a few words.
        port: Tried first; 0 takes any free one.
    """

    daemon_threads = True

    def __init__(self, path: Path, news: Callable[[], str], port: int = PORT) -> None:
        self.path = path
        self.news = news
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError:
            super().__init__((ADDRESS, 0), _Handler)

    @property
    def url(self) -> str:
        """Where a browser finds the report."""
        return f"http://{ADDRESS}:{self.server_port}/"

    @override
    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
        return self

    @override
    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle of an answer is no error."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def read(self) -> tuple[bytes, str]:
        """The page, and which writing of it this is.

        Raises:
            FileNotFoundError: There is none yet.
        """
        with self.path.open("rb") as file:
            return file.read(), _version(os.fstat(file.fileno()))

    def version(self) -> str:
        """Which writing of the report lies there now; empty where there is none."""
        try:
            return _version(self.path.stat())
        except FileNotFoundError:
            return ""


def _version(status: os.stat_result) -> str:
    """Differs after every writing: a new file takes the old one's place."""
    return f"{status.st_ino:x}x{status.st_mtime_ns:x}x{status.st_size:x}"


class _Handler(BaseHTTPRequestHandler):
    """Answers for two addresses; there is nothing else to be found, so no path can lead anywhere."""

    server: ReportServer
    server_version, sys_version = "bench", ""
    timeout = PATIENCE

    def do_GET(self) -> None:
        """The report, or what is new."""
        path = self.path.partition("?")[0]
        if not _ours(self.headers.get_all("Host", [])):
            self._answer(HTTPStatus.FORBIDDEN, "text/plain", b"This server answers to localhost only.\n")
        elif path in ("/", "/report.html"):
            self._report()
        elif path == "/state":
            state = {"version": self.server.version(), "news": self.server.news()}
            self._answer(HTTPStatus.OK, "application/json", json.dumps(state).encode())
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"Only the report is served.\n")

    do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

    def _report(self) -> None:
        try:
            page = as_served(*self.server.read())
        except FileNotFoundError:
            page = WAITING.encode()
        self._answer(HTTPStatus.OK, "text/html", page)

    def _answer(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """The terminal belongs to the run."""


def _ours(hosts: list[str]) -> bool:
    """Whether the request names this machine, once; the port may be that of a tunnel."""
    if len(hosts) != 1:
        return False
    name, _, port = hosts[0].partition(":")
    return name.lower() in NAMES and (port.isdecimal() or ":" not in hosts[0])
