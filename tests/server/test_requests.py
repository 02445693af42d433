"""What goes in and out: bodies, headers, downloads."""

from __future__ import annotations

import hashlib
import json
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from real_server import Response, Serving, request, response, serving, until

LIMIT = 2 * 1024 * 1024
LARGE = bytes(range(256)) * 6000


def chunks(body: bytes, size: int) -> bytes:
    """A body as chunks, without the last one."""
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


def told(got: Response) -> tuple[int, str]:
    """What the page says of the body that it got."""
    assert got.status == 200, got.body
    said = json.loads(got.body)
    return said["size"], said["sha"]


@pytest.mark.parametrize("body", [b"", b"number=0987", LARGE], ids=["none", "small", "large"])
def test_a_body_arrives_whole_however_it_is_sent(server: Serving, body: bytes) -> None:
    expected = len(body), hashlib.sha256(body).hexdigest()
    with_length = server.connect(request("POST", "/body", f"Content-Length: {len(body)}") + body)
    assert told(response(with_length)) == expected
    head = request("POST", "/body", "Transfer-Encoding: chunked")
    in_chunks = server.connect(head + chunks(body, 100_000) + b"0\r\n\r\n")
    assert told(response(in_chunks)) == expected
    # The connection goes on.
    in_chunks.sendall(request("GET", "/quick"))
    assert response(in_chunks).status == 200


def test_a_body_that_is_announced_as_too_large_is_refused_before_it_comes(server: Serving) -> None:
    connection = server.connect(request("POST", "/body", f"Content-Length: {LIMIT + 1}"))
    refused = response(connection)
    assert refused.status == 413
    assert b"This is too large" in refused.body
    # Who sends it all the same sees the response; then the connection can be used again.
    connection.sendall(bytes(LIMIT + 1))
    connection.sendall(request("GET", "/quick"))
    assert response(connection).status == 200


def test_a_body_that_becomes_too_large_is_refused_while_it_comes(server: Serving) -> None:
    head = request("POST", "/body", "Transfer-Encoding: chunked", "Accept: application/json")
    connection = server.connect(head + chunks(bytes(LIMIT + 1), LIMIT + 1))
    refused = response(connection)
    assert (refused.status, list(json.loads(refused.body))) == (413, ["error"])


def form(*parts: tuple[str, bytes]) -> bytes:
    """A form with these fields; one that is called "files" is a file."""
    written = b""
    for name, value in parts:
        file = '; filename="a.txt"' if name == "files" else ""
        head = f'--cut\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        written += head.encode() + value + b"\r\n"
    return written + b"--cut--\r\n"


FORM = "Content-Type: multipart/form-data; boundary=cut"


@pytest.mark.parametrize("megabytes", [2, 3, 60])
def test_of_a_form_that_is_too_large_what_was_typed_is_here(
    server: Serving, megabytes: int
) -> None:
    text = "Grüße\r\n".encode() * 9000
    body = form(("text", text), ("files", bytes(megabytes * 1024 * 1024)), ("later", b"x"))
    head = request("POST", "/typed", FORM, f"Content-Length: {len(body)}")
    connection = server.connect(head + body)
    said = json.loads(response(connection).body)
    assert said == {"large": True, "fields": {"text": text.decode()}, "files": []}
    # All of it was read, so the connection goes on, and no browser says that it was cut.
    connection.sendall(request("GET", "/quick"))
    assert response(connection).status == 200


def test_of_a_form_in_chunks_as_well(server: Serving) -> None:
    body = form(("text", b"typed"), ("files", bytes(LIMIT)))
    head = request("POST", "/typed", FORM, "Transfer-Encoding: chunked")
    connection = server.connect(head + chunks(body, 100_000) + b"0\r\n\r\n")
    said = json.loads(response(connection).body)
    assert said == {"large": True, "fields": {"text": "typed"}, "files": []}


def test_a_form_as_large_as_it_may_be_is_whole(server: Serving) -> None:
    body = form(("text", b"typed"), ("files", b"small"), ("later", b"x"))
    connection = server.connect(
        request("POST", "/typed", FORM, f"Content-Length: {len(body)}") + body
    )
    said = json.loads(response(connection).body)
    assert said == {"large": False, "fields": {"text": "typed", "later": "x"}, "files": ["files"]}


@pytest.mark.parametrize(
    ("kind", "start"),
    [
        ("multipart/form-data; boundary=cut", b"--cut\r\nno head at all"),
        ("multipart/form-data; boundary=cut", b"--cut\r\nContent-Disposition: x\r\n\r\n"),
        ("multipart/form-data", b"--cut"),
        ("multipart/form-data; boundary=\xe9", b"--\xe9\r\n"),
        ("application/x-www-form-urlencoded", b"text=typed&more="),
    ],
)
def test_of_what_is_no_form_with_files_there_are_no_fields(
    server: Serving, kind: str, start: bytes
) -> None:
    body = start + bytes(LIMIT)
    head = request("POST", "/typed", f"Content-Type: {kind}", f"Content-Length: {len(body)}")
    got = response(server.connect(head + body))
    assert (got.status, json.loads(got.body)["fields"]) == (200, {})


@pytest.mark.parametrize("rest", [b"no length\r\n\r\n", b"5\r\nabcdefgh\r\n"])
def test_a_body_that_can_not_be_read_is_a_bad_request(server: Serving, rest: bytes) -> None:
    connection = server.connect(request("POST", "/body", "Transfer-Encoding: chunked") + rest)
    refused = response(connection)
    assert (refused.status, list(json.loads(refused.body))) == (400, ["error"])
    assert connection.recv(1) == b""  # where the next request would begin, nobody knows


def test_a_head_that_is_too_large_is_refused(server: Serving) -> None:
    large = server.get("/quick", f"X-Large: {'x' * 1_000_000}")
    assert response(large).status == 431


def test_a_head_is_asked_for_without_the_body(server: Serving) -> None:
    whole = server.page("/quick")
    for path, length in (("/quick", str(len(whole.body))), ("/export/3", None)):
        connection = server.connect(request("HEAD", path))
        head = response(connection, "HEAD")
        assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", length)
        connection.sendall(request("GET", "/quick"))
        assert response(connection).status == 200


def test_headers_arrive_as_they_were_sent(server: Serving) -> None:
    lines = ("Cookie: a=1", "Cookie: b=2", "X-More: one", "X-More: two", "X_Forwarded_For: 6.6.6.6")
    got = json.loads(server.page("/headers", *lines).body)
    assert got["Cookie"] == "a=1; b=2"
    assert got["X-More"] == "one,two"
    # In WSGI this one could not be told from what a proxy sets.
    assert "X-Forwarded-For" not in got


def test_a_download_is_sent_while_it_is_made(server: Serving) -> None:
    small = server.page("/export/3")
    assert small.body.count(b"\n") == 3 * 8192
    assert small.headers["Transfer-Encoding"] == "chunked"
    # It goes on for as long as the client reads, and no longer.
    ended = server.folder / "plugins.d" / "ended"
    ended.unlink(missing_ok=True)
    endless = server.get("/export/endless")
    read = 0
    while read < 20_000_000:
        piece = endless.recv(1_000_000)
        assert piece
        read += len(piece)
    assert not ended.exists()
    endless.close()
    assert until(ended.exists)


def test_a_download_that_fails_does_not_look_as_if_it_were_complete(server: Serving) -> None:
    connection = server.get("/export/broken")
    got = b""
    with suppress(ConnectionResetError):
        while more := connection.recv(10_000):
            got += more
    assert not got.endswith(b"0\r\n\r\n")


def test_a_client_that_takes_nothing_of_a_download_loses_it(tmp_path: Path) -> None:
    with serving(tmp_path, "workers = 1\nsend_seconds = 1\n") as server:
        connection = server.get("/export/endless")
        assert until((server.folder / "plugins.d" / "ended").exists)
        last = b""
        with suppress(ConnectionResetError):
            while more := connection.recv(1_000_000):
                last = more
        assert not last.endswith(b"0\r\n\r\n")


def test_downloads_that_nobody_reads_keep_no_page_waiting(server: Serving) -> None:
    for _ in range(6):
        connection = server.get("/export/endless")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        assert connection.recv(1)
    assert server.page("/quick").status == 200
