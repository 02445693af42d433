"""What is told of every request: its id, and how long it took."""

from __future__ import annotations

import time

from flask import Flask, Response, request

from cti_host.host import Host
from cti_host.logs.request_ids import HEADER, begin_request, current_request_id

# When a request arrived (of `time.perf_counter`), in its environment: a server writes it there.
ARRIVED = "cti_host.arrived"


def init_app(app: Flask, host: Host) -> None:
    """Register what runs first and last of all around a request."""
    # Without a proxy the header is whatever the client made up.
    behind_proxy = host.settings.server.proxies > 0

    @app.before_request
    def begin() -> None:
        request.environ.setdefault(ARRIVED, time.perf_counter())
        begin_request(request.headers.get(HEADER) if behind_proxy else None)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[HEADER] = current_request_id()
        rule = request.url_rule
        seconds = time.perf_counter() - request.environ[ARRIVED]
        route = rule.rule if rule is not None else ""
        host.metrics.count_request(route, request.method, response.status_code, seconds)
        return response
