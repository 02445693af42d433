"""What a server writes to its log: the lines of all its processes, as text or as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from real_server import PAGES, Serving, serving_site, until

from cti_host.testing import write_config

NUMBER = "0987654321"
FAILS = '''
import logging
import sys
import threading
import warnings

from flask import Blueprint

from cti_host import hookimpl

blueprint = Blueprint("fails", __name__)


@blueprint.get("/fails")
def fails():
    threading.Thread(target=broken, name="beside").start()
    warnings.warn("an old\\nway", stacklevel=1)
    logging.getLogger("a.library").info("two\\nlines of 0987654321")
    raise LookupError("somebody's 0987654321")


def broken():
    raise ValueError("in a thread")


class Plugin:
    """A page that fails in several ways."""

    @hookimpl
    def blueprints(self):
        return [blueprint]
'''


def site(folder: Path, toml: str = "") -> Path:
    """The settings of a server of two processes, with the log of events."""
    return write_config(
        folder,
        f"{toml}\n[server]\nworkers = 2\n",
        plugins=["event_log", "pages", "fails"],
        sources={"pages": PAGES, "fails": FAILS},
    )


def log_of(server: Serving) -> str:
    return (server.folder / "server.log").read_text(encoding="utf-8")


def eventually_in_log(server: Serving, found: Callable[[str], object]) -> str:
    assert until(lambda: bool(found(log_of(server)))), log_of(server)
    return log_of(server)


def test_the_lines_of_event_log_are_in_the_log_of_the_server(tmp_path: Path) -> None:
    with serving_site(site(tmp_path)) as server:
        page = server.page(f"/pop?phone={NUMBER}", "Accept: text/html")
        assert page.status == 200
        log = eventually_in_log(server, lambda text: "call_received" in text)
    id_ = page.headers["X-Request-ID"]
    (line,) = [line for line in log.splitlines() if "call_received" in line]
    assert re.fullmatch(rf".* INFO cti_host\.plugin\.event_log \[{id_}\] (\{{.*\}})", line)


def test_every_line_is_a_json_object(tmp_path: Path) -> None:
    with serving_site(site(tmp_path, 'log = "json"')) as server:
        server.page(f"/pop?phone={NUMBER}", "Accept: text/html")
        failed = server.page("/fails", "Accept: text/html")
        assert failed.status == 500
        eventually_in_log(server, lambda text: "in a thread" in text or "beside" in text)
    id_ = failed.headers["X-Request-ID"]
    assert id_.encode() in failed.body
    # The server has ended by now, so the lines of its end are there as well.
    lines: list[dict[str, Any]] = [json.loads(line) for line in log_of(server).splitlines()]
    for line in lines:
        assert {"time", "level", "logger", "message"} <= set(line)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])
    assert {"_granian", "cti_host.plugin.event_log", "cti_host.uncaught"} <= {
        line["logger"] for line in lines
    }
    of_request = {line["logger"]: line for line in lines if line.get("request") == id_}
    assert {"py.warnings", "a.library", "cti_host.web"} <= set(of_request)
    assert of_request["cti_host.web"]["level"] == "error"
    assert "LookupError" in of_request["cti_host.web"]["message"]
    assert of_request["a.library"]["message"].startswith("two\nlines of 0987")
    (thread,) = [line for line in lines if line["logger"] == "cti_host.uncaught"]
    assert "ValueError" in thread["exception"]
    assert NUMBER not in log_of(server)


@pytest.mark.parametrize(
    ("proxies", "sent", "kept"),
    [
        (1, "4bf92f3577b34da6a3ce929d0e0e4736", True),
        (1, "4bf92f35-77b3-4da6-a3ce-929d0e0e4736", True),
        (1, "0987654321098765", False),
        (1, "short", False),
        (1, "x" * 129, False),
        (1, "an id with blanks in it", False),
        (0, "4bf92f3577b34da6a3ce929d0e0e4736", False),
    ],
)
def test_an_id_is_taken_from_a_proxy_if_it_is_one(
    make_host: Any, proxies: int, sent: str, kept: bool
) -> None:
    running = make_host(f"[server]\nproxies = {proxies}\n")
    response = running.client().get("/", headers={"X-Request-ID": sent})
    id_ = response.headers["X-Request-ID"]
    assert (id_ == sent) is kept
    assert kept or re.fullmatch(r"[a-z]{16}", id_)


def test_each_request_has_an_id_of_its_own_which_stands_on_the_page_of_an_error(
    make_host: Any,
) -> None:
    client = make_host().client()
    first, second = client.get("/no-such-page"), client.get("/no-such-page")
    assert first.status_code == 404
    ids = [page.headers["X-Request-ID"] for page in (first, second)]
    assert ids[0] != ids[1]
    assert f"Reference of this request: {ids[0]}" in first.text
