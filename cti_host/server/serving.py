"""The production server: granian, several worker processes, WSGI."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import click
from flask import Flask
from granian.constants import Interfaces
from granian.server import Server

from cti_host.app import CONFIG_VARIABLE, app_from_environment

# Threads for requests in each worker: a few, so that one slow request holds up nobody.
THREADS = 2
# Requests that may wait in each worker.
BACKLOG = 128
# A worker that has not stopped after so many seconds is ended.
PATIENCE_SECONDS = 10
APP_FACTORY = "cti_host.server.serving:worker_app"


def worker_app() -> Flask:
    """The application of one worker of `serve`.

    Ctrl-C in a terminal goes to every process of the server. The first one ends its workers; one
    that began to end by itself meanwhile could hang for good.
    """
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    return app_from_environment()


def serve(config_file: Path, address: str, port: int, workers: int) -> None:
    """Serve until the process is told to stop.

    :param config_file: handed to the workers through the environment
    :param address: the address to listen on; loopback unless a proxy stands before it
    :raises click.ClickException: the port is taken
    """
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise click.ClickException(
                f"can't listen on {address}:{port}: {error.strerror}; choose another with --port"
            ) from None
    os.environ[CONFIG_VARIABLE] = str(config_file.absolute())
    Server(
        APP_FACTORY,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backpressure=BACKLOG,
        factory=True,
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE_SECONDS,
    ).serve()
