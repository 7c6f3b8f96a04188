"""The report over HTTP: for this machine, and nothing beside it."""

from __future__ import annotations

import http.client
import json
import socket

import pytest

from reports.live import as_served
from reports.server import ReportServer


@pytest.fixture
def folder(tmp_path):
    """A run directory with a page, and something that is nobody's business."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text("secret")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "run" / "report.html").write_text(
        "<meta content=\"script-src 'sha256-x'\"><body>&lt;/body> script-src </body>\n</html>\n"
    )
    return tmp_path / "run"


@pytest.fixture
def server(folder):
    with ReportServer(folder / "report.html", lambda: "CNN, seed 0", port=0) as server:
        yield server


def ask(server, path="/", method="GET", hosts=("localhost",)):
    """Status, headers and text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    connection.putrequest(method, path, skip_host=True)
    for host in hosts:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


def test_the_report_is_served_with_what_reloads_it(server, folder):
    """The page as it lies on disk, the script, and a policy that allows just this one; the file stays."""
    before = (folder / "report.html").read_bytes()
    status, headers, text = ask(server)
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert "connect-src 'self'; script-src 'sha256-" in text
    assert text.count("<script data-version=") == 1
    assert text.index("&lt;/body> script-src ") < text.index("<script data-version=")
    assert (folder / "report.html").read_bytes() == before
    assert ask(server, "/report.html?x=1")[2] == text


def test_the_state_tells_a_new_writing(server, folder):
    """The version in the page is that of the state, and another one after the file was replaced."""
    first = json.loads(ask(server, "/state")[2])
    assert first["news"] == "CNN, seed 0"
    assert f'data-version="{first["version"]}"' in ask(server)[2]
    (folder / "new").write_bytes((folder / "report.html").read_bytes())
    (folder / "new").replace(folder / "report.html")
    assert json.loads(ask(server, "/state")[2])["version"] != first["version"]


@pytest.mark.parametrize(
    "path",
    ["/run.json", "/../secret", "/%2e%2e/secret", "//etc/passwd", "/report.html/..", "/.", "/state/", "*",
     "http://localhost/run.json", "/trials/", "/report.html%00"],
)  # fmt: skip
def test_there_is_nothing_else(server, path):
    """No other file, no folder, no way out."""
    status, _, text = ask(server, path)
    assert status == 404
    assert "secret" not in text


@pytest.mark.parametrize(
    "hosts",
    [("evil.example",), ("127.0.0.1.evil.example",), ("localhost.evil.example:8642",), ("localhost:evil",),
     (), ("localhost", "evil.example"), ("[::1]",), ("",)],
)  # fmt: skip
def test_another_name_is_refused(server, hosts):
    """A page of another site that had its name rebound to this machine learns nothing."""
    for path in ("/", "/state", "/run.json"):
        assert ask(server, path, hosts=hosts)[0] == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8642", "LOCALHOST:9000"])
def test_this_machine_may_be_named_with_any_port(server, host):
    """Through a tunnel the port is another one."""
    assert ask(server, hosts=(host,))[0] == 200


def test_nothing_can_be_sent(server):
    """Reading is all there is; the length is known without the content."""
    assert ask(server, method="POST")[0] == 501
    status, headers, text = ask(server, method="HEAD")
    assert (status, text) == (200, "")
    assert int(headers["Content-Length"]) > 100


def test_only_this_machine_is_listened_to(server):
    """The socket is bound to the loopback address, and the printed address is that socket's."""
    assert server.server_address[0] == "127.0.0.1"
    assert server.url == f"http://127.0.0.1:{server.server_port}/"


def test_before_the_first_writing_there_is_a_page_that_waits(server, folder):
    """It looks again by itself."""
    (folder / "report.html").unlink()
    status, _, text = ask(server)
    assert status == 200
    assert 'http-equiv="refresh"' in text
    assert json.loads(ask(server, "/state")[2])["version"] == ""


def test_a_port_in_use_is_no_obstacle(folder):
    """Another free one is taken."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with ReportServer(folder / "report.html", str, port=port) as server:
            assert server.server_port != port
            assert ask(server)[0] == 200


def test_it_ends_at_once(folder):
    """Closed, it listens no more, although a client has sent half a request."""
    with ReportServer(folder / "report.html", str, port=0) as server:
        idle = socket.create_connection(("127.0.0.1", server.server_port))
        idle.sendall(b"GET / HT")
    with pytest.raises(ConnectionRefusedError):
        ask(server)
    idle.close()


def test_a_foreign_page_is_left_as_it_is():
    """Without the end of a body there is no place for a script."""
    assert b"data-version" not in as_served(b"no page at all", "1")
