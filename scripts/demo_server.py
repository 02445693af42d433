"""The demonstration as a server of its own: for tests in a browser, and for screenshots."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NAME, PASSWORD = "demo", "ring-ring-hello"
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# How often to ask for the first page, with a wait of this many seconds between.
TRIES, WAIT = 600, 0.05


def find_chromium() -> str | None:
    """The browser that `CHROMIUM` names, else the system's; `None` if there is none."""
    # The one without windows takes half the work.
    of_system = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    names = (os.environ.get("CHROMIUM"), *of_system)
    return next((found for name in names if name and (found := shutil.which(name))), None)


@contextmanager
def demo_server(
    folder: Path,
    *,
    now: datetime | None = None,
    files: Sequence[Path] = (),
    change: Callable[[str], str] | None = None,
) -> Iterator[str]:
    """Run `cti-host demo` in an empty folder, with a database of its own.

    :param now: the moment from which the dates of the demonstration count back, in UTC
    :param files: more data to import
    :param change: gives other settings; without `files`, people and tickets are elsewhere then
    :return: the address of the server, without a slash at its end
    :raises RuntimeError: it did not start; with what it printed
    """
    port = free_port()
    config_file = _write_config(folder, port)
    if change is not None:
        text = change(config_file.read_text(encoding="utf-8"))
        config_file.write_text(text, encoding="utf-8")
    if change is None or files:
        _load(config_file, now, files)
    log = folder / "server.log"
    command = [sys.executable, "-m", "cti_host", "--config", str(config_file)]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, "demo", "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        base = f"http://127.0.0.1:{port}"
        if not _answers(server, f"{base}/sign-in"):
            raise RuntimeError(f"the demonstration did not start:\n{log.read_text()}")
        yield base
    finally:
        stop(server)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End a server that was started in a session of its own, and all that it started."""
    server.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.wait(timeout=60)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _write_config(folder: Path, port: int) -> Path:
    shutil.copytree(ROOT / "config", folder / "config")
    config_file = folder / "config" / "demo.toml"
    text = config_file.read_text(encoding="utf-8")
    text = text.replace("port = 8080", f"port = {port}").replace("workers = 2", "workers = 1")
    config_file.write_text(text, encoding="utf-8")
    return config_file


def _load(config_file: Path, now: datetime | None, files: Sequence[Path]) -> None:
    """Fill the database before the server starts, which then finds it full."""
    from cti_tickets.demo.load import load_demo
    from cti_tickets.transfer.importing import import_files

    from cti_host.app import create_app
    from cti_host.databases import migrate

    app = create_app(config_file)
    host = app.extensions["cti_host"]
    pool: Any = host.database
    with app.test_request_context(), pool.connection_context():
        migrate.upgrade(host)
        load_demo(now)
        import_files(files)
    pool.close_all()


def _answers(server: subprocess.Popen[bytes], url: str) -> bool:
    for _ in range(TRIES):
        try:
            with urllib.request.urlopen(url, timeout=30):  # noqa: S310 -- an address of our own
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            with suppress(subprocess.TimeoutExpired):
                server.wait(timeout=WAIT)
                return False  # it ended
    return False
