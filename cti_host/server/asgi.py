"""The ASGI application of the server: its layers, put together."""

from __future__ import annotations

from flask import Flask

from cti_host.health.processes import EXTENSION as HEALTH
from cti_host.health.processes import Processes
from cti_host.health.report import StreamsHealth
from cti_host.host import Host
from cti_host.live.following import push
from cti_host.live.hub import Hub
from cti_host.server.bodies import Bodies, Budget
from cti_host.server.held import Held
from cti_host.server.lanes import Lane
from cti_host.server.lifetime import Lifetime
from cti_host.server.measuring import CountRefusals, measure, measure_streams
from cti_host.server.protocol import Application
from cti_host.server.wsgi import WsgiApplication
from cti_host.web.reserved import reserved_paths


def application(app: Flask, *, live: bool = True) -> Application:
    """Put the layers around an application, from the inside out.

    :param live: whether pages are told of calls while they are open; without, nothing is kept open
    """
    host: Host = app.extensions["cti_host"]
    server = host.settings.server
    general = Lane(server.threads, server.waiting_requests)
    reserved = Lane(server.reserved_threads, server.waiting_requests, overflow=general)
    is_reserved = reserved_paths(app).fullmatch
    layers: Application = WsgiApplication(
        app, lambda path: reserved if is_reserved(path) else general, server.send_seconds
    )
    budget = Budget(server.bodies_megabytes * 1024 * 1024)
    layers = Bodies(layers, app.config["MAX_CONTENT_LENGTH"], server.body_seconds, budget)
    measure(host.metrics, {"pages": general, "calls": reserved})
    if not live:
        return Lifetime(CountRefusals(layers, host.metrics))
    hub = Hub(of_an_agent=server.streams_of_an_agent, most=server.streams)
    measure_streams(host.metrics, hub)
    processes: Processes = app.extensions[HEALTH]
    processes.streams = lambda: StreamsHealth(len(hub), hub.refused)
    layers = CountRefusals(Held(layers, hub), host.metrics)
    return Lifetime(layers, lambda closing: push(app, hub, closing))
