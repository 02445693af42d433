"""The production server: granian, several worker processes."""

from __future__ import annotations

import logging
import os
import resource
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import click
from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from cti_host.app import app_from_environment
from cti_host.health.processes import RUN_VARIABLE
from cti_host.logs import lines
from cti_host.server.asgi import application
from cti_host.server.lifetime import end_with_parent
from cti_host.server.protocol import Application
from cti_host.settings.places import CONFIG_VARIABLE
from cti_host.settings.problems import ConfigRefused
from cti_host.settings.sections import Server as ServerSettings

# Connections that wait to be accepted, by the system.
LISTEN_BACKLOG = 4096
# Files that a worker may need besides its connections: databases, logs, bodies of requests.
OTHER_FILES = 1024
LARGEST_HEAD_BYTES = 64 * 1024
# A worker that has not stopped after so many seconds is ended.
PATIENCE_SECONDS = 10
LOOK_AGAIN_SECONDS = 0.05
# The lines of granian look as all others do.
_LOG = {"formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}

log = logging.getLogger("cti_host.server")


def worker_app() -> Application:
    """The application of one worker of `serve`."""
    return application(_begin())


def worker_app_without_live() -> Application:
    """The application of one worker of `serve --no-live`."""
    return application(_begin(), live=False)


def _begin() -> Flask:
    """Begin a worker.

    Ctrl-C in a terminal goes to every process of the server. The first one ends its workers; one
    that began to end by itself meanwhile could hang for good.
    """
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    end_with_parent()
    try:
        return app_from_environment()
    except ConfigRefused as refused:
        # Somebody changed the settings since the server started.
        for problem in refused.problems:
            log.critical("a worker can't start: %s", str(problem))
        sys.exit(1)


def serve(
    config_file: Path,
    settings: ServerSettings,
    *,
    live: bool = True,
    log_kind: str = lines.TEXT,
    warnings: Sequence[str] = (),
    when_listening: Callable[[], None] | None = None,
) -> None:
    """Serve until the process is told to stop.

    :param config_file: handed to the workers through the environment
    :param settings: where to listen, loopback unless a proxy stands before it, and so on
    :param live: whether pages can be told of calls while they are open
    :param log_kind: how lines of the log look, see `cti_host.logs.lines`
    :param warnings: what the log says first
    :param when_listening: called once connections are accepted
    :raises click.ClickException: the port is taken
    """
    address, port = settings.host, settings.port
    try:
        bindable_port(address, port)
    except OSError as error:
        raise cannot_listen(address, port, error) from None
    os.environ[CONFIG_VARIABLE] = str(config_file.absolute())
    os.environ[RUN_VARIABLE] = secrets.token_hex(8)
    lines.configure(log_kind)
    for warning in warnings:
        log.warning("%s", warning)
    target = worker_app if live else worker_app_without_live
    server = Server(
        f"{__name__}:{target.__name__}",
        address=address,
        port=port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        # The one thread that takes requests to the event loop.
        blocking_threads=1,
        backlog=LISTEN_BACKLOG,
        # granian counts connections here, also those on which nothing happens.
        backpressure=most_connections(),
        # With HTTP/2, too, a connection on which nothing comes would have no deadline.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=round(settings.idle_seconds * 1000),
            max_buffer_size=LARGEST_HEAD_BYTES,
        ),
        factory=True,
        websockets=False,
        log_access=False,
        log_dictconfig=_LOG,
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE_SECONDS,
    )
    if when_listening is not None:
        server.on_startup(lambda: _watch(address, port, when_listening))
    server.serve()


def _watch(address: str, port: int, when_listening: Callable[[], None]) -> None:
    """Call it as soon as the workers accept connections: the port is bound before."""

    def watch() -> None:
        while True:
            with suppress(OSError), socket.create_connection((address, port)):
                break
            time.sleep(LOOK_AGAIN_SECONDS)
        when_listening()

    threading.Thread(target=watch, name="when-listening", daemon=True).start()


def cannot_listen(address: str, port: int, error: OSError) -> click.ClickException:
    """What a command says of a port that it can't listen on, as `bindable_port` found."""
    return click.ClickException(
        f"can't listen on {address}:{port}: {error.strerror}; choose another with --port"
    )


def bindable_port(address: str, port: int) -> int:
    """A port of an address that this process can listen on.

    :param port: the one to try; 0: any that is free
    :raises OSError: it is taken, or may not be listened on
    """
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address, port))
        free: int = probe.getsockname()[1]
        return free


def most_connections() -> int:
    """How many connections a worker may have, by the system's limit for open files."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(hard - OTHER_FILES, hard // 2)
