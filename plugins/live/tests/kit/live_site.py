"""A site with the plugin `live` behind a real server, and clients of its streams."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

import peewee
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from real_server import Serving, request, serving_site

from cti_host import Message, database, publish
from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.testing import PATIENCE_SECONDS, write_config

# Who is at the keyboard is said by a header or a cookie; everybody may follow the topic "calls".
WHO = """
import os

from flask import Blueprint, jsonify, request

from cti_host import Agent, Message, hookimpl, publish

blueprint = Blueprint("who", __name__)


@blueprint.get("/say/<topic>/<int:call>")
def say(topic, call):
    return jsonify(sent=publish([topic], Message("ringing", {"call": call})), process=os.getpid())


class Plugin:
    @hookimpl
    def blueprints(self):
        return [blueprint]

    @hookimpl
    def identify_agent(self, request):
        name = request.headers.get("Agent") or request.cookies.get("agent")
        return Agent(name, profiles=frozenset({"Trainee"})) if name else None

    @hookimpl
    def followed_topics(self, agent, asked):
        return {"calls"} & set(asked)
"""


@dataclass
class Stream:
    """A client of a stream; it reads when it is asked to."""

    connection: socket.socket
    last_id: int = 0
    seen: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._response = HTTPResponse(self.connection)
        self._response.begin()
        assert self._response.status == 200, self._response.read()
        assert self._block()["id"]  # the present position: nothing is missed from now on

    def next(self) -> dict[str, Any]:
        """The next event, without heartbeats; `ConnectionError` at the end of the stream."""
        while True:
            fields = self._block()
            if "event" in fields:
                return {"event": fields["event"], **json.loads(fields["data"])}

    def calls(self, count: int) -> list[int]:
        """The calls of so many events."""
        return [self.next()["call"] for _ in range(count)]

    def until_it_ends(self) -> Iterator[int]:
        """The calls of all events that come before the stream ends, or is cut off."""
        with suppress(ConnectionError, HTTPException):
            while True:
                yield self.next()["call"]

    def _block(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        while (line := self._response.readline().decode()) != "\n":
            if not line.endswith("\n"):
                # What was cut off counts for nothing, its id neither: browsers do it like that.
                raise ConnectionError("the stream has ended")
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value
        self.last_id = int(fields.get("id", self.last_id))
        return fields


@dataclass
class Site:
    """A host: its server, and an application of the same settings in the process of the test."""

    server: Serving
    app: Flask

    @classmethod
    @contextmanager
    def serving(
        cls,
        folder: Path,
        workers: int = 1,
        toml: str = "",
        plugins: Sequence[str] = ("live",),
        **config: Any,
    ) -> Iterator[Site]:
        """Serve a new site, or one more host of a site whose database is there already.

        :param toml: more settings
        :param plugins: what it has besides the one that says who is at the keyboard
        """
        file = write_config(
            folder,
            f'[server]\nworkers = {workers}\n[metrics]\naddresses = ["127.0.0.1"]\n{toml}',
            plugins=["who", *plugins],
            sources={"who": WHO},
            sign_in=False,
            **config,
        )
        app = create_app(file, timeout=PATIENCE_SECONDS)
        host = app.extensions["cti_host"]
        with app.app_context(), host.database.connection_context():
            migrate.upgrade(host)
        try:
            with serving_site(file) as server:
                yield cls(server, app)
        finally:
            host.close()

    def stream(
        self, agent: str = "ada", *headers: str, after: int = 0, query: str = "", buffer: int = 0
    ) -> Stream:
        """Open a stream of an agent's.

        :param after: the last message that the client had
        :param buffer: so many bytes may wait at the client that it has not read; 0: the usual
        """
        head = [f"Agent: {agent}", "Accept: text/event-stream", *headers]
        head += [f"Last-Event-ID: {after}"] if after else []
        return Stream(self.server.connect(request("GET", f"/events{query}", *head), buffer))

    def streams_open(self) -> int:
        """How many streams all processes of the server have open."""
        text = self.server.page("/metrics").body.decode()
        families = text_string_to_metric_families(text)
        samples = (sample for family in families for sample in family.samples)
        return sum(int(one.value) for one in samples if one.name == "cti_host_streams_open")

    def say(self, *topics: str, call: int, **data: Any) -> None:
        """Publish a message from the process of the test."""
        with self.app.app_context(), self.database.connection_context():
            assert publish(topics, Message("ringing", {"call": call, **data}))

    def say_there(self, topic: str, call: int) -> int:
        """Publish a message in a process of the server; returns which process it was."""
        page = json.loads(self.server.page(f"/say/{topic}/{call}", "Agent: test").body)
        assert page["sent"]
        process: int = page["process"]
        return process

    @contextmanager
    def again(self) -> Iterator[None]:
        """Serve once more, at the same address, after the server has ended."""
        with serving_site(self.server.folder / "cti.toml", port=self.server.port) as self.server:
            yield

    @property
    def database(self) -> peewee.Database:
        """The database of the application in the process of the test."""
        opened: peewee.Database = self.app.extensions["cti_host"].database
        return opened

    @property
    def log(self) -> str:
        """What the server has logged."""
        return (self.server.folder / "server.log").read_text()

    def execute(self, sql: str) -> list[Any]:
        """Run a statement."""
        with self.app.app_context(), self.database.connection_context():
            found: list[Any] = database.execute_sql(sql).fetchall()
            return found
