"""Threads that save organizations until standard input ends; prints how long each save took.

A save that was told to come back took for ever: "inf". See `tests.bench.imports`.
"""

from __future__ import annotations

import math
import sys
import threading
import time
from pathlib import Path

import peewee
from cti_tickets.store import objects
from flask import Flask

from cti_host.app import create_app

PAUSE_SECONDS = 0.2


def main() -> None:
    """Save until told to stop."""
    app = create_app(Path(sys.argv[1]))
    ends, times = threading.Event(), list[float]()
    threads = [
        threading.Thread(target=_save, args=(app, ends, times)) for _ in range(int(sys.argv[2]))
    ]
    for thread in threads:
        thread.start()
    print("begun", flush=True)
    sys.stdin.read()
    ends.set()
    for thread in threads:
        thread.join()
    print(*times)


def _save(app: Flask, ends: threading.Event, times: list[float]) -> None:
    while not ends.wait(PAUSE_SECONDS):
        with app.app_context(), app.extensions["cti_host"].database.connection_context():
            started = time.perf_counter()
            try:
                objects.create("Organization", {"name": "Saved meanwhile"}, author=None)
            except peewee.OperationalError:
                times.append(math.inf)
            else:
                times.append(time.perf_counter() - started)


if __name__ == "__main__":
    main()
