"""Clients that are slow, or do nothing, cost no thread; too many that ask are told to wait."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest
from real_server import Response, Serving, has_come, request, response, serving, until

HALF_HEAD = b"GET /quick HTTP/1.1\r\nHost: cti.example\r\nX-More: "
HALF_BODY = request("POST", "/body", "Content-Length: 1000") + b"some of it"
CHUNKED = request("POST", "/body", "Transfer-Encoding: chunked") + b"4\r\nsome\r\n"


def test_clients_that_send_nothing_or_too_little_keep_nobody_waiting(server: Serving) -> None:
    for sent in (b"", HALF_HEAD, HALF_BODY, CHUNKED):
        for _ in range(20):
            server.connect(sent)
    assert server.page("/quick").status == 200


LIVE_OR_NOT = pytest.mark.parametrize("options", [[], ["--no-live"]], ids=["live", "no-live"])


def test_without_live_pages_they_keep_nobody_waiting_either(tmp_path: Path) -> None:
    with serving(tmp_path, "workers = 1\nthreads = 2\n", "--no-live") as server:
        for sent in (b"", HALF_HEAD, HALF_BODY, CHUNKED):
            for _ in range(20):
                server.connect(sent)
        assert server.page("/quick").status == 200


@LIVE_OR_NOT
def test_a_body_has_a_deadline(tmp_path: Path, options: list[str]) -> None:
    settings = "workers = 1\nbody_seconds = 1\nidle_seconds = 600\n"
    with serving(tmp_path, settings, *options) as server:
        bodies = [server.connect(HALF_BODY), server.connect(CHUNKED)]
        for connection in bodies:
            late = response(connection)
            assert late.status == 408
            assert b"did not arrive in time" in late.body
            assert late.headers["Connection"] == "close"


def test_bodies_that_never_end_take_so_much_and_no_more(tmp_path: Path) -> None:
    with serving(tmp_path, "workers = 1\nbodies_megabytes = 1\nbody_seconds = 600\n") as server:
        head = request("POST", "/body", "Content-Length: 1100000")
        slow = server.connect(head + bytes(1_000_000))

        def refused() -> Response | None:
            """The response to a body, for which there is room until the slow one has come."""
            got = server.connect(request("POST", "/body", "Content-Length: 200000"))
            got.sendall(bytes(200_000))
            answer = response(got)
            return answer if answer.status == 503 else None

        found: list[Response] = []

        def is_full() -> bool:
            nonlocal slow
            if has_come(slow, 0):  # beside one of ours there was no room for this one
                slow = server.connect(head + bytes(1_000_000))
            found.extend(filter(None, [refused()]))
            return bool(found)

        assert until(is_full)
        assert int(found[0].headers["Retry-After"]) > 0
        assert found[0].headers["Connection"] == "close"
        # Requests without one are served, and there is room again when the client has gone.
        assert server.page("/quick").status == 200
        # So is a small one, such as a phone system sends.
        small = request("POST", "/body", "Content-Length: 60000")
        assert response(server.connect(small + bytes(60_000))).status != 503
        slow.close()
        assert until(lambda: refused() is None)


@LIVE_OR_NOT
def test_a_connection_on_which_nothing_comes_has_one(tmp_path: Path, options: list[str]) -> None:
    settings = "workers = 1\nbody_seconds = 600\nidle_seconds = 3\n"
    with serving(tmp_path, settings, *options) as server:
        silent, half_head = server.connect(), server.connect(HALF_HEAD)
        answered: list[socket.socket] = []

        def is_answered() -> bool:
            """On a busy machine the request itself may come too late."""
            with suppress(OSError, HTTPException):
                answered.append(server.get("/quick"))
                return response(answered[-1]).status == 200
            return False

        assert until(is_answered)
        for connection in (silent, half_head, answered[-1]):
            with suppress(ConnectionResetError):
                assert connection.recv(1) == b""


def test_a_request_that_waits_for_something_leaves_room_for_others(server: Serving) -> None:
    with server.busy("one", "another"):
        assert server.page("/quick").status == 200


def test_too_many_that_wait_are_sent_away_and_calls_have_threads_of_their_own(
    server: Serving,
) -> None:
    with server.busy("first", "second", "third") as running:
        # One of these may wait, whichever comes first.
        both = [server.get("/quick", "Accept: text/html") for _ in range(2)]
        assert until(lambda: any(has_come(one, 0) for one in both))
        (refused,) = [one for one in both if has_come(one, 0)]
        busy = response(refused)
        assert busy.status == 503
        assert int(busy.headers["Retry-After"]) > 0
        assert b"too much to do" in busy.body
        assert "surchargé" in busy.body.decode()
        assert server.page("/ring/0987").status == 200
        program = server.page("/quick", "Accept: application/json")
        assert (program.status, list(json.loads(program.body))) == (503, ["error"])
        problem = server.page("/api/v1/nothing")
        assert problem.headers["Content-Type"] == "application/problem+json"
        assert json.loads(problem.body)["status"] == 503
    (waiting,) = [one for one in both if one is not refused]
    assert response(waiting).status == 200
    assert {response(one).body for one in running.values()} == {b"first", b"second", b"third"}


def test_calls_take_any_thread_when_their_own_are_busy(server: Serving) -> None:
    with server.busy("a", "b"):
        assert server.page("/ring/0987").body == b"0987"
        assert server.page("/ring/0988").body == b"0988"


@pytest.mark.parametrize("name", ["x", "y"])
def test_a_client_that_goes_away_while_it_waits_frees_its_place(server: Serving, name: str) -> None:
    with server.busy(*(f"{name}{number}" for number in range(3))):
        both = [server.get("/quick"), server.get("/quick")]
        assert until(lambda: any(has_come(one, 0) for one in both))
        (waiting,) = [one for one in both if not has_come(one, 0)]
        waiting.close()
        # As soon as the server has noticed, another one may wait: no refusal comes, not even when
        # one that came later has been refused.
        others = [server.get("/quick")]

        def may_wait() -> bool:
            *_, one = others
            later = server.get("/quick")
            assert until(lambda: has_come(one, 0) or has_come(later, 0))
            # Responses that the server writes in one turn of its event loop come in any order;
            # after one more page all of them are here.
            assert server.page("/ring/0989").status == 200
            if has_come(one, 0):
                others.append(later)
                return False
            return True

        assert until(may_wait)
    assert response(others[-1]).status == 200
